using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace FakeAi.ServiceDefaults.Vitals;

internal static class VitalsExtensions
{
    public static IHostApplicationBuilder AddVitals(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton<RequestGauge>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, RequestGaugeFilter>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HealthSampler>());
        return builder;
    }
}
