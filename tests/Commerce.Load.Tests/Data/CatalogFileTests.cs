using Commerce.Load.Data;

namespace Commerce.Load.Tests.Data;

public sealed class CatalogFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("load-tests-").FullName;

    [Fact]
    public void Names_with_commas_quotes_and_letters_of_any_script_survive_the_file()
    {
        CatalogItem[] items = [new("A-1", "RECORD FRAME 7\" SINGLE, SIZE", 10, 0), new("B_2", "하얀 랜턴 £", 9_999_990, 5)];
        var path = Path.Combine(_folder, "catalog.csv");

        CatalogFile.Write(path, items);

        Assert.Equal(items, CatalogFile.Read(path));
        Assert.DoesNotContain("\r", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A,name,0,1")]
    [InlineData("A,name,-5,1")]
    [InlineData("A,name,1.5,1")]
    [InlineData("A,name,10,-1")]
    [InlineData("A/B,name,10,1")]
    [InlineData("A")]
    public void A_row_that_is_no_product_is_refused_with_its_line(string row)
    {
        var path = Path.Combine(_folder, "catalog.csv");
        File.WriteAllText(path, "productId,name,price,stock\nGOOD,name,10,1\n" + row + "\n");

        Assert.Contains("catalog.csv, line 3", Assert.Throws<InputException>(() => CatalogFile.Read(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_latin_1_is_read_as_such()
    {
        var path = Path.Combine(_folder, "catalog.csv");
        File.WriteAllBytes(path, [.. "productId,name,price,stock\nA,CAF"u8, 0xC9, .. " MUG,10,1\n"u8]);

        Assert.Equal("CAFÉ MUG", Assert.Single(CatalogFile.Read(path)).Name);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
