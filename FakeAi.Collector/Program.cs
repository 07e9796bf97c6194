using FakeAi.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("collector");

var app = builder.Build();
app.MapServiceDefaults();
app.Run();
