using Commerce.Functions;
using Commerce.Functions.Auth;
using Commerce.Functions.Http;
using Commerce.Functions.Metrics;
using Commerce.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

// Settings are read once. To watch their files would be to watch every folder below the current one: half a second of the start. The worker
// builds a host of its own beside this one, and only the environment reaches both.
Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
var builder = FunctionsApplication.CreateBuilder(args);
// Around what writes the answers.
builder.UseMiddleware<WrittenAnswerMiddleware>();
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<ProblemMiddleware>();
builder.UseMiddleware<AuthMiddleware>();
builder.UseMiddleware<MetricsMiddleware>();
builder.AddTelemetry();
builder.Services.AddAuth(builder.Configuration).AddCommerce(builder.Configuration);
builder.Build().Run();
