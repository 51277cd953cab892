using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Shop;

/// <summary>
/// Who may do what, over HTTP: the whole table is gone through elsewhere, here is that the app has it before its functions.
/// </summary>
public class SignedInTests(ShopFixture fixture)
{
    [Fact]
    public async Task What_is_documented_to_need_a_token_is_refused_without_one_and_the_rest_is_not()
    {
        using var document = JsonDocument.Parse((await fixture.Shop.GetAsync("/api/openapi.json")).Expect(200).Body);
        using var stranger = new HttpClient { BaseAddress = fixture.Process.Address };
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(member => member.Name is "get" or "put" or "post" or "delete"))
            {
                var isPublic = operation.Value.TryGetProperty("security", out var security) && security.GetArrayLength() == 0;
                var address = path.Name.Replace("{userId}", "nobody", StringComparison.Ordinal).Replace('{', 'x').Replace('}', 'x');
                using var request = new HttpRequestMessage(HttpMethod.Parse(operation.Name), address);
                using var answer = await stranger.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.True(isPublic != (answer.StatusCode == HttpStatusCode.Unauthorized),
                    $"{operation.Name} {path.Name}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task A_user_sees_what_is_theirs_and_of_others_not_even_whether_it_exists()
    {
        var (kim, lee) = (await fixture.Shop.AddUserAsync(1_000), ShopClient.NewId("user"));
        var order = (await fixture.Shop.OrderAsync(kim, ShopClient.NewKey(), (await fixture.Shop.AddProductAsync(price: 10, stock: 1), 1)))
            .Expect(201).Text("orderId");
        using var asKim = new ShopClient(fixture.Process.Address, kim, scope: "");
        using var asLee = new ShopClient(fixture.Process.Address, lee, scope: "");

        (await asKim.FindOrderAsync(kim, order)).Expect(200);
        var existing = (await asLee.FindOrderAsync(kim, order)).Expect(403);
        var missing = (await asLee.FindOrderAsync(kim, order + "x")).Expect(403);

        Assert.Equal(existing.Body.Replace(order, "", StringComparison.Ordinal),
            missing.Body.Replace(order + "x", "", StringComparison.Ordinal));
        // Whom a request is about is said by its path alone.
        (await asLee.GetAsync($"/api/users/{kim}/balance?userId={lee}")).Expect(403);
        (await asLee.GetAsync($"/api/ops/audit")).Expect(403);
    }

    [Fact]
    public async Task A_scope_is_good_for_what_it_says()
    {
        var user = await fixture.Shop.AddUserAsync(1_000);
        using var kiosk = new ShopClient(fixture.Process.Address, "kiosk", "users.act");
        using var support = new ShopClient(fixture.Process.Address, "support", "orders.read");

        Assert.Equal(1_000, await kiosk.BalanceAsync(user));
        (await kiosk.SendAsync(HttpMethod.Post, "/api/ops/deliveries/pause")).Expect(403);
        (await support.GetAsync($"/api/users/{user}/orders")).Expect(200);
        (await support.GetAsync($"/api/users/{user}/balance")).Expect(403);
    }
}
