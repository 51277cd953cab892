using System.Xml.Linq;
using Commerce.Load.Data;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using Commerce.Load.Reports;

namespace Commerce.Load.Tests.Reports;

public sealed class ReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("load-tests-").FullName;

    [Fact]
    public void A_report_reads_back_as_it_was_written()
    {
        var report = Report("order <spread> & more", 400, 12.5);
        var path = Path.Combine(_folder, "a.json");

        report.Save(path);
        var read = RunReport.Load(path);

        Assert.Equal(report.Operations, read.Operations);
        Assert.Equal(report.Samples, read.Samples);
        Assert.Equal(report.Kinds, read.Kinds);
        Assert.Equal((report.Scenario, report.Drive, report.Machine), (read.Scenario, read.Drive, read.Machine));
        Assert.True(read.Audit!.Ok);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"scenario\":\"x\"}")]
    public void What_is_no_report_is_refused_by_name(string text)
    {
        var path = Path.Combine(_folder, "bad.json");
        File.WriteAllText(path, text);
        Assert.Contains("bad.json", Assert.Throws<InputException>(() => RunReport.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_shows_change_relative_to_the_first()
    {
        var figures = Comparison.Figures(Report("a", 400, 20), Report("b", 500, 10));

        Assert.Equal(0.25, figures.Single(figure => figure.Name == "ok/s").Change);
        Assert.Equal(-0.5, figures.Single(figure => figure.Name == "p99 ms").Change);
        Assert.Null(figures.Single(figure => figure.Name == "failed").Change);
    }

    [Fact]
    public void An_operation_only_one_report_has_is_compared_with_nothing()
    {
        var a = Report("a", 400, 20);
        var b = a with { Operations = [a.Operations[0] with { Name = "charge" }] };

        var figures = Comparison.Figures(a, b);

        Assert.Equal((400, 0),
            figures.Where(figure => figure is { Operation: "order", Name: "ok/s" }).Select(figure => (figure.A, figure.B)).Single());
        Assert.Equal((0, 400),
            figures.Where(figure => figure is { Operation: "charge", Name: "ok/s" }).Select(figure => (figure.A, figure.B)).Single());
    }

    [Fact]
    public void A_chart_is_well_formed_and_has_a_point_for_each_sample_within_its_frame()
    {
        var report = Report("order <spread> & more", 400, 12.5);

        var svg = XDocument.Parse(Chart.Svg(report));

        Assert.Contains(svg.Descendants(), element => element.Value == "order <spread> & more");
        var lines = svg.Descendants().Where(element => element.Name.LocalName == "polyline")
            .Select(line => line.Attribute("points")!.Value.Split(' ')).ToArray();
        Assert.Equal(4, lines.Length);
        Assert.All(lines, points => Assert.Equal(report.Samples.Count, points.Length));
        Assert.All(lines.SelectMany(points => points).Select(point => point.Split(',')), point =>
        {
            Assert.InRange(double.Parse(point[0], System.Globalization.CultureInfo.InvariantCulture), 0, 960);
            Assert.InRange(double.Parse(point[1], System.Globalization.CultureInfo.InvariantCulture), 0, 620);
        });
    }

    [Fact]
    public void A_chart_of_nothing_is_still_a_chart() =>
        Assert.Equal("svg", XDocument.Parse(Chart.Svg(Report("empty", 0, 0) with { Samples = [] })).Root!.Name.LocalName);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.3, 0.4)]
    [InlineData(1, 1)]
    [InlineData(43, 50)]
    [InlineData(999, 1000)]
    [InlineData(1001, 2000)]
    public void An_axis_ends_at_the_next_readable_number(double value, double ceiling) =>
        Assert.Equal(ceiling, Chart.NiceCeiling(value), 6);

    [Fact]
    public void A_progress_line_says_how_far_and_how_well()
    {
        var line = ProgressDisplay.Line(new ProgressState("order spread", 0.5, 1234, 5, 6, new Sample(1, 400, 0, 0, 1.234, 5, 99.94, 100),
            [new("409 insufficient-stock", 5)]));

        Assert.Equal("order spread 50 %: 1,234 ok, 5 refused, 6 failed, now 400/s p50 1.23 p99 99.9 ms, 409 insufficient-stock: 5", line);
    }

    [Fact]
    public void A_table_holds_writes_against_posts_and_batches_and_reads_against_gets_and_point_reads()
    {
        RunReport Of(string scenario, params (string Name, double PerSecond)[] operations) => Report(scenario, 0, 1) with
        {
            Operations = [.. operations.Select(operation =>
                new OperationSummary(operation.Name, 10, 0, 0, 0, operation.PerSecond, new LatencySummary(10, 1, 1, 2, 3, 4)))],
        };

        var rows = BenchTable.Markdown(
            [Of("top", ("top", 40_000)), Of("charge", ("charge", 20_000)),
                Of("storage", ("upsert", 9_000), ("batch", 5_000), ("point read", 10_000))],
            [Of("order spread", ("order", 1_000)) with { Server = new ServerUse(1.25, 200) }, Of("product", ("product", 8_000)),
                Of("mix", ("top", 4_000), ("total", 9_000))]).Split('\n');

        Assert.Equal("| order spread | order | 1,000 | 1.00 | 2.00 | 3.00 | 4.00 | 0 | 0 | 1.250 | 5.0 % | 20.0 % |", rows[7]);
        Assert.Equal("| product | product | 8,000 | 1.00 | 2.00 | 3.00 | 4.00 | 0 | 0 |  | 20.0 % | 80.0 % |", rows[8]);
        Assert.EndsWith("| 10.0 % |  |", rows[9], StringComparison.Ordinal);
        Assert.EndsWith("| 0 |  |  |  |", rows[10], StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RunReport Report(string scenario, double perSecond, double p99) => new(
        scenario, "http://127.0.0.1:7071", DateTimeOffset.UnixEpoch, Machine.Current, new Drive(32, null, 3, 15, 1),
        [new OperationSummary("order", 6000, 0, 1, 0, perSecond, new LatencySummary(6001, 2, 1, 3, p99, 50))],
        [new("409 insufficient-stock", 1)],
        [.. Enumerable.Range(1, 15).Select(second => new Sample(second, perSecond + second, 0, 0, 1, 3, p99, 50))],
        new Audit(true, DateTimeOffset.UnixEpoch, 1, 2, 3, []));
}
