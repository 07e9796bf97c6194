using FakeAi.Collector;
using FakeAi.ServiceDefaults.Hosting;
using FakeAi.ServiceDefaults.Redis;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("collector");
builder.AddFakeAiRedis();
builder.AddCollector();

var app = builder.Build();
app.UseInternalToken();
app.MapServiceDefaults();
app.MapCollector();
app.Run();
