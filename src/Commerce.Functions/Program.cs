using Commerce.Functions.Audit;
using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Functions.Http;
using Commerce.Functions.Ledger;
using Commerce.Functions.Orders;
using Commerce.Functions.Ranking;
using Commerce.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<ProblemMiddleware>();
builder.AddTelemetry();
builder.Services
    .AddCommerceDatabase()
    .AddLedgers()
    .AddBalance()
    .AddCatalog()
    .AddCart()
    .AddOrders(builder.Configuration)
    .AddRanking(builder.Configuration)
    .AddDelivery(builder.Configuration)
    .AddAudit(builder.Configuration);
builder.Build().Run();
