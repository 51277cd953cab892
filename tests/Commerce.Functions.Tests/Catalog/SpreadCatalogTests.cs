using Commerce.Functions.Audit;
using Commerce.Functions.Catalog;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Catalog;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Catalog;

/// <summary>Lists, many products at once and the audit on containers of several ranges, as large ones are in Azure.</summary>
public sealed class SpreadCatalogTests(SpreadStore store) : IClassFixture<SpreadStore>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Products_of_all_ranges_are_listed_in_order_read_at_once_and_audited()
    {
        var rows = Enumerable.Range(0, 300).Select(n => new CatalogRow($"p{n:000}", "Name", n, n)).ToList();
        Assert.Equal(300, (await store.App.GetRequiredService<CatalogImport>().RunAsync(rows, Ct)).Created);

        var reader = store.App.GetRequiredService<ProductReader>();
        var listed = new List<string>();
        while (await reader.ListAsync(listed.LastOrDefault(), 21, Ct) is { Count: > 0 } page)
            listed.AddRange(page.Select(product => product.ProductId));
        Assert.Equal(rows.Select(row => row.ProductId), listed);

        var found = await reader.FindManyAsync([.. rows.Select(row => row.ProductId).Append("nope")], Ct);
        Assert.Equal(rows.Select(row => row.ProductId), found.Keys.Order(StringComparer.Ordinal));

        var audit = AuditView.Of(await store.NewProcess(time: new SkippingTime()).GetRequiredService<Auditor>()
            .ProveAsync(TimeSpan.FromMinutes(1), Ct));
        Assert.Equal((true, 300), (audit.Ok, audit.Products));
    }
}
