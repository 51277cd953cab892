namespace Commerce.Shared.Catalog;

/// <summary>How a product enters the catalog.</summary>
public static class NewProduct
{
    /// <summary>The product and the movement that explains its first stock; there is none to explain when it starts empty.</summary>
    public static (Product Product, StockMovement? Movement) Create(
        string productId, string name, long price, long stock, DateTimeOffset now, string revision)
    {
        var product = new Product
        {
            ProductId = productId,
            Name = name,
            Price = price,
            Stock = stock,
            MovementCount = stock == 0 ? 0 : 1,
            Revisions = revision,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var movement = stock == 0 ? null : new StockMovement
        {
            Id = OperationId.InitialStock,
            ProductId = productId,
            Kind = MovementKind.Initial,
            Delta = stock,
            StockAfter = stock,
            Sequence = 1,
            OccurredAt = now,
        };
        return (product, movement);
    }
}
