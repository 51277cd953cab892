using Commerce.Functions.ApiDocs;
using Commerce.Functions.Audit;
using Commerce.Functions.Auth;
using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Console;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Functions.Http;
using Commerce.Functions.Ledger;
using Commerce.Functions.Metrics;
using Commerce.Functions.Orders;
using Commerce.Functions.Ranking;
using Commerce.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Settings are read once. To watch their files would be to watch every folder below the current one: half a second of the start. The worker
// builds a host of its own beside this one, and only the environment reaches both.
Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<ProblemMiddleware>();
builder.UseMiddleware<AuthMiddleware>();
builder.UseMiddleware<MetricsMiddleware>();
builder.AddTelemetry();
builder.Services
    .AddAuth(builder.Configuration)
    .AddCommerceDatabase()
    .AddLedgers()
    .AddBalance()
    .AddCatalog()
    .AddCart()
    .AddOrders(builder.Configuration)
    .AddRanking(builder.Configuration)
    .AddDelivery(builder.Configuration)
    .AddAudit(builder.Configuration)
    .AddSingleton<OrderMetrics>()
    .AddConsole(builder.Configuration)
    .AddSingleton<ServedApiDocument>();
builder.Build().Run();
