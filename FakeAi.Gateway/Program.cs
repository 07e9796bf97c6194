using FakeAi.EventBus;
using FakeAi.Gateway;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults("gateway");
    builder.AddEventPublisher("gateway");
    builder.AddGateway();

    var app = builder.Build();
    app.MapGateway();
    app.MapServiceDefaults();
    await app.RunAsync();
    return 0;
}
catch (OptionsValidationException exception)
{
    await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, exception.Failures));
    return 1;
}
