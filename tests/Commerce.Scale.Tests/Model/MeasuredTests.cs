using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Commerce.Scale.Model;
using Commerce.Scale.Plan;

namespace Commerce.Scale.Tests.Model;

/// <summary>The model says what was measured, and what is deployed.</summary>
public sealed class MeasuredTests
{
    private const double ToleranceRu = 0.005;

    [Theory]
    [InlineData("accounts", "batch accounts")]
    [InlineData("deliveries", "batch deliveries")]
    public void The_batches_of_an_order_of_one_line_cost_what_was_measured(string container, string measured)
    {
        var writes = Models.Committed.Operations.Where(operation => operation.Container == container)
            .SelectMany(static operation => operation.Steps).Where(static step => step.Do is StepKind.Create or StepKind.Patch);

        Assert.Equal(Measured(measured), writes.Sum(static step => Models.Committed.RequestUnitsOf(step, 1)), ToleranceRu);
    }

    [Fact]
    public void A_sale_alone_in_its_batch_costs_what_was_measured() =>
        Assert.Equal(Measured("batch catalog"), Wall.RuPerSale(Models.Committed, 1), ToleranceRu);

    [Fact]
    public void The_processor_time_is_that_of_the_measured_orders()
    {
        var oneLine = new OrderCost(Models.Committed, Models.Traffic(1, lines: 1)).CpuMs;
        var moreLines = Models.Samples.MeanLines - 1;

        Assert.Equal(Told("docs/performance.md", @"shares of the\s+([\d.]+)\s+ms of\s+CPU"), oneLine, 0.01);
        // Both of a former build, as their rows in docs/performance.md.
        Assert.Equal((10.960 - 2.118) / moreLines, Models.Committed.Work.CpuMsPerLine, 0.001);
    }

    [Fact]
    public void A_round_of_the_audit_costs_what_was_measured()
    {
        var ru = Told("docs/performance.md", @"audit: a whole round \| [\d,]+ \| [\d,]+ \| ([\d,]+) \|");
        var documents = Told("docs/performance.md", @"Storage fill`: ([\d,]+) documents");

        Assert.Equal(ru / documents, Models.Committed.Work.AuditRuPerDocument, 0.0005);
    }

    [Fact]
    public void An_instance_is_ready_no_sooner_than_a_process_was() =>
        Assert.True(Models.Committed.Latencies.ColdStartSeconds > Told("docs/performance.md", @"it was ready ([\d.]+) s after its start"));

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public void Sizes_are_those_of_the_parameter_file(string name)
    {
        var tier = Models.Committed.Tiers[name];
        var file = Repository.Read("infra/bicep/main.bicepparam");
        var block = Regex.Match(file, $@"^  {name}: \{{\n(.*?)^  \}}", RegexOptions.Multiline | RegexOptions.Singleline).Value;

        Assert.Equal(Setting("cosmosCapacity"), tier.Serverless ? "'serverless'" : "'autoscale'");
        Assert.Equal(Setting("maximumInstanceCount"), Text(tier.Instances));
        Assert.Equal(Setting("instanceMemoryMB"), Text(tier.InstanceGb * 1024));
        Assert.Equal(Setting("alwaysReadyHttpInstances"), Text(tier.AlwaysReady));
        Assert.Equal(double.Parse(Setting("traceRatio").Trim('\''), CultureInfo.InvariantCulture), tier.TraceShare);
        if (!tier.Serverless)
            Assert.Equal(Setting("cosmosAutoscaleMaxThroughput"), Text(tier.AutoscaleRuPerSecond));

        string Setting(string key) => Regex.Match(block, $@"^    {key}: (.*)$", RegexOptions.Multiline).Groups[1].Value;
        static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Places_and_polls_are_those_of_the_host_file()
    {
        using var host = JsonDocument.Parse(Repository.Read("host.json"));
        var extensions = host.RootElement.GetProperty("extensions");
        var durable = extensions.GetProperty("durableTask");
        var storage = durable.GetProperty("storageProvider");
        // Those of the partitions, and that of work items.
        var queues = storage.GetProperty("partitionCount").GetInt32() + 1;
        var pause = TimeSpan.Parse(storage.GetProperty("maxQueuePollingInterval").GetString()!, CultureInfo.InvariantCulture);
        var groups = Models.Committed.Groups;

        Assert.Equal(durable.GetProperty("maxConcurrentActivityFunctions").GetInt32(), groups.Durable.Places.Value);
        Assert.Equal(extensions.GetProperty("serviceBus").GetProperty("maxConcurrentCalls").GetInt32(), groups.Delivery.Places.Value);
        Assert.Equal(Told("infra/bicep/main.bicep", @"param httpConcurrency int = (\d+)"), groups.Http.Places.Value);
        Assert.Equal(queues / pause.TotalSeconds, Models.Committed.Work.DurablePollsPerSecond.Value);
    }

    [Fact]
    public void Limits_of_the_app_are_those_in_its_code()
    {
        var audit = Told("src/Commerce.Functions/Audit/AuditOptions.cs", @"RequestUnitsPerSecond .* = ([\d_]+);");
        var limits = Models.Committed.Limits;

        Assert.Equal(Told("src/Commerce.Functions/Cosmos/LostRaces.cs", @"const int Max = (\d+);"), limits.LostRaces.Value);
        Assert.Equal(audit, limits.AuditRuPerSecondAtWork.Value);
        // Three minutes in a quarter of an hour.
        Assert.Equal(audit / 5, limits.AuditRuPerSecond.Value);
    }

    /// <summary>The number that a file has where the pattern has its group.</summary>
    private static double Told(string path, string pattern)
    {
        var number = Regex.Match(Repository.Read(path), pattern).Groups[1].Value;
        return double.Parse(number.Replace("_", "", StringComparison.Ordinal), NumberStyles.Number, CultureInfo.InvariantCulture);
    }

    /// <summary>The last cell of a row in "What an order costs".</summary>
    private static double Measured(string row)
    {
        var text = Repository.Read("docs/performance.md");
        var cell = Regex.Match(text, $@"^\| {Regex.Escape(row)} \| [\d.]+ \| ([\d.]+) \|$", RegexOptions.Multiline).Groups[1];
        return double.Parse(cell.Value, CultureInfo.InvariantCulture);
    }
}
