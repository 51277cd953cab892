using Commerce.Load.Http;

namespace Commerce.Load.Load.Scenarios;

/// <summary>
/// Whole visits: two products into the cart, a look, a change, one out again, checkout. Each client has users of its own.
/// </summary>
internal sealed class CartScenario : IScenario
{
    private static readonly string[] Steps = ["cart add", "cart read", "cart change", "cart remove", "checkout"];
    private ShopSetup? _setup;

    public string Name => "cart";

    public IReadOnlyList<string> Operations => Steps;

    public async Task PrepareAsync(ShopSetup setup, CancellationToken cancellationToken)
    {
        _setup = setup;
        await setup.EnsureProductsAsync(cancellationToken);
        await setup.EnsureFundsAsync(cancellationToken);
    }

    public IShopper CreateShopper(int client, Random random) => new Shopper(_setup!, client, random);

    private sealed class Shopper(ShopSetup setup, int client, Random random) : IShopper
    {
        // Up to this many clients each have a block of users of their own.
        private const int ClientsMax = 64;
        private int _visit;
        private int _step;
        private string _cart = "";
        private string _kept = "";
        private string _dropped = "";

        public ShopRequest Next()
        {
            if (_step == 0)
                BeginVisit();
            var step = _step;
            _step = (_step + 1) % 6;
            return step switch
            {
                0 => new ShopRequest(HttpMethod.Post, At("/items"), Requests.CartItemBody(_kept, 1), Operation: 0),
                1 => new ShopRequest(HttpMethod.Post, At("/items"), Requests.CartItemBody(_dropped, 2), Operation: 0),
                2 => new ShopRequest(HttpMethod.Get, At(""), Operation: 1),
                3 => new ShopRequest(HttpMethod.Put, At($"/items/{_kept}"), Requests.QuantityBody(3), Operation: 2),
                4 => new ShopRequest(HttpMethod.Delete, At($"/items/{_dropped}"), Operation: 3),
                _ => new ShopRequest(HttpMethod.Post, At("/checkout"), Operation: 4, NeedsKey: true),
            };
        }

        private void BeginVisit()
        {
            var block = Math.Max(1, setup.Users / ClientsMax);
            var user = ((client % ClientsMax * block) + (_visit++ % block)) % setup.Users;
            _cart = $"api/users/{setup.User(user)}/cart";
            var kept = random.Next(setup.Products);
            _kept = ShopSetup.ProductId(kept);
            _dropped = ShopSetup.ProductId((kept + 1) % setup.Products);
        }

        private Uri At(string path) => setup.Shop.Endpoint.At(_cart + path);
    }
}
