using FakeAi.Engine.Hosting;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
EngineEndpoints.Configure(builder);
builder.AddServiceDefaults("engine");
builder.AddEventPublisher("engine");
builder.AddEngine();

var app = builder.Build();
app.MapServiceDefaults();
app.MapEngine();
app.Run();
