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
        var spread = new OrderCost(Models.Committed, Models.Traffic(1, lines: 1)).CpuMs;
        var baskets = new OrderCost(Models.Committed, Models.Traffic(1)).CpuMs;

        Assert.Equal(2.118, spread, 0.01);
        Assert.Equal(10.960, baskets, 0.05);
    }

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
    public void Activities_at_a_time_are_those_of_the_host_file()
    {
        using var host = JsonDocument.Parse(Repository.Read("host.json"));
        var durable = host.RootElement.GetProperty("extensions").GetProperty("durableTask");

        Assert.Equal(durable.GetProperty("maxConcurrentActivityFunctions").GetInt32(), Models.Committed.Limits.ActivitiesPerInstance.Value);
    }

    /// <summary>The last cell of a row in "What an order costs".</summary>
    private static double Measured(string row)
    {
        var text = Repository.Read("docs/performance.md");
        var cell = Regex.Match(text, $@"^\| {Regex.Escape(row)} \| [\d.]+ \| ([\d.]+) \|$", RegexOptions.Multiline).Groups[1];
        return double.Parse(cell.Value, CultureInfo.InvariantCulture);
    }
}
