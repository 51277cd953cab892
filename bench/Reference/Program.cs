using Commerce.Bench.Reference;
using Npgsql;

// What the same shop costs without functions, orchestrations and documents: ASP.NET Core and PostgreSQL, one SQL transaction an order. It
// answers what the driver asks for, and is held to what it promises: stock and balance are exact, a repeated key changes nothing, and each
// paid order leaves an event behind to be sent. Who calls it does not ask.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ReferenceJson.Default));
await using var database = new NpgsqlDataSourceBuilder(builder.Configuration.GetConnectionString("Shop")
    ?? "Host=127.0.0.1;Database=shop;Username=postgres;Maximum Pool Size=32;Max Auto Prepare=64;Auto Prepare Min Usages=1").Build();
await Schema.CreateAsync(database);

var products = new Products(database);
var balances = new Balances(database);
var orders = new Orders(database);
var app = builder.Build();
app.MapGet("/api/health/ready", () => Results.Ok());
app.MapPost("/api/ops/products/import", (HttpRequest request) => products.ImportAsync(request.Body));
app.MapGet("/api/products", (string? cursor, int? limit) => products.ListAsync(cursor ?? "", Math.Clamp(limit ?? 20, 1, 100)));
app.MapGet("/api/products/top", () => products.TopAsync());
app.MapGet("/api/products/{productId}", (string productId) => products.FindAsync(productId));
app.MapGet("/api/users/{userId}/balance", (string userId) => balances.FindAsync(userId));
app.MapPost("/api/users/{userId}/balance/charges", (string userId, ChargeRequest charge, HttpRequest request) =>
    balances.ChargeAsync(userId, request.Headers["Idempotency-Key"].ToString(), charge.Amount));
app.MapPost("/api/users/{userId}/orders", (string userId, OrderRequest order, HttpRequest request) =>
    orders.PlaceAsync(userId, request.Headers["Idempotency-Key"].ToString(), order));
app.Run();
