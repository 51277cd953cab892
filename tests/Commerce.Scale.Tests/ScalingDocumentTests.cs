namespace Commerce.Scale.Tests;

/// <summary>What the documents say of scaling is what the tool puts out.</summary>
public sealed class ScalingDocumentTests : IDisposable
{
    private const string Document = "docs/scaling.md";

    private static readonly string[] Charts = ["images/scaling-limits.svg", "images/scaling-sale.svg", "images/scaling-shards.svg"];

    private readonly string _folder = Directory.CreateTempSubdirectory("scale-tests-").FullName;

    [Fact]
    public void Tables_and_charts_are_those_that_the_commands_write()
    {
        var copy = Path.Combine(_folder, "scaling.md");
        Directory.CreateDirectory(Path.Combine(_folder, "images"));
        File.WriteAllText(copy, Repository.Read(Document));

        Assert.Equal((0, ""), ScaleRun.Invoke("document", copy));

        Assert.Equal(Repository.Read(Document), File.ReadAllText(copy));
        Assert.Equal(Charts.Select(chart => Path.Combine(_folder, chart)), Directory.GetFiles(Path.Combine(_folder, "images")).Order());
        Assert.All(Charts, chart => Assert.Equal(Repository.Read($"docs/{chart}"), File.ReadAllText(Path.Combine(_folder, chart))));
    }

    [Fact]
    public void A_command_in_a_document_that_is_wrong_is_named()
    {
        var path = Path.Combine(_folder, "wrong.md");
        File.WriteAllText(path, "<!-- scale: plan --rate 0 -->\n<!-- /scale -->\n");

        var (code, output) = ScaleRun.Invoke("document", path);

        Assert.Equal(2, code);
        Assert.Contains("plan --rate 0", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
