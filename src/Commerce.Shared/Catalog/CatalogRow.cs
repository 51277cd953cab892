namespace Commerce.Shared.Catalog;

/// <summary>One product of an import.</summary>
/// <param name="ProductId">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">Won a piece.</param>
/// <param name="Stock">Pieces it starts with, if it is new; a product that exists keeps the stock it has.</param>
public sealed record CatalogRow(string ProductId, string Name, long Price, long Stock);
