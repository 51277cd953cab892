using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Cart;

/// <summary>A user without a cart, two products (ten hearts at 1,000 won, two lamps at 25,000), and what can be done with them.</summary>
public abstract class CartCalls(TestStore store) : IClassFixture<TestStore>, IAsyncLifetime
{
    protected TestStore Store => store;

    protected string User { get; } = Calls.NewId("u");

    protected string Heart { get; } = Calls.NewId("heart");

    protected string Lamp { get; } = Calls.NewId("lamp");

    public async ValueTask InitializeAsync()
    {
        var catalog = store.App.GetRequiredService<CatalogWriter>();
        await catalog.CreateAsync(Heart, "Heart", 1_000, stock: 10);
        await catalog.CreateAsync(Lamp, "Lamp", 25_000, stock: 2);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected Task<Reply> GetAsync(params (string, string)[] headers) =>
        store.App.CallAsync<CartFunctions>((functions, request) => functions.Get(request, User), headers: headers);

    private protected Task<Reply> AddAsync(string sku, long quantity, params (string, string)[] headers) =>
        AddAsync(store.App, sku, quantity, headers);

    private protected Task<Reply> AddAsync(IServiceProvider app, string sku, long quantity, params (string, string)[] headers) =>
        app.CallAsync<CartFunctions>(
            (functions, request) => functions.Add(request, User), $$"""{"productId":"{{sku}}","quantity":{{quantity}}}""", headers);

    private protected Task<Reply> SetAsync(string sku, long quantity, params (string, string)[] headers) =>
        store.App.CallAsync<CartFunctions>((functions, request) =>
            functions.Set(request, User, sku), $$"""{"quantity":{{quantity}}}""", headers);

    private protected Task<Reply> RemoveAsync(string sku, params (string, string)[] headers) =>
        store.App.CallAsync<CartFunctions>((functions, request) => functions.Remove(request, User, sku), headers: headers);

    private protected Task<Reply> ClearAsync(params (string, string)[] headers) =>
        store.App.CallAsync<CartFunctions>((functions, request) => functions.Clear(request, User), headers: headers);
}
