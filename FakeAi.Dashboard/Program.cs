using FakeAi.Dashboard;
using FakeAi.ServiceDefaults.Hosting;

// The assets lie beside the program, wherever it is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.UseStaticWebAssets();
builder.AddServiceDefaults("dashboard");
builder.AddDashboard();

var app = builder.Build();
app.MapServiceDefaults();
app.MapDashboard();
app.Run();
