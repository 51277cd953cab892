using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Commerce.Scale.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("scale-tests-").FullName;

    [Theory]
    [InlineData("plan --rate 0", "--rate")]
    [InlineData("plan --rate NaN", "--rate")]
    [InlineData("plan --rate many", "--rate")]
    [InlineData("plan --peak 25", "--peak")]
    [InlineData("plan --lines 1201", "--lines")]
    [InlineData("plan --hot-share 2", "--hot-share")]
    [InlineData("plan --buyers 0", "--buyers")]
    [InlineData("plan --reads -1", "--reads")]
    [InlineData("plan --tier test", "--tier")]
    [InlineData("plan --durable sql", "--durable")]
    [InlineData("plan --baskets nowhere.csv", "--baskets")]
    [InlineData("plan --model nowhere.json", "--model")]
    [InlineData("plan --chart nowhere/a.svg", "--chart")]
    [InlineData("flash-sale --buyers 0", "--buyers")]
    [InlineData("flash-sale --instances 2 1", "--instances")]
    [InlineData("flash-sale --instances 0", "--instances")]
    [InlineData("flash-sale --shards 0", "--shards")]
    [InlineData("flash-sale --stock -1", "--stock")]
    [InlineData("flash-sale --seed x", "--seed")]
    [InlineData("flash-sale --operation-ms -1", "--operation-ms")]
    [InlineData("model --chart a.svg", "--chart")]
    [InlineData("document nowhere.md", "document")]
    public void Bad_input_is_named_and_exits_with_2(string arguments, string option)
    {
        var (code, output) = ScaleRun.Invoke(arguments.Split(' '));

        Assert.Equal(2, code);
        Assert.Contains(option, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_command_it_says_so() => Assert.Equal(2, ScaleRun.Invoke().ExitCode);

    [Theory]
    [InlineData("\"value\": 5.29", "\"value\": -5.29", "requestUnits.create.value")]
    [InlineData("\"conflict\"", "\"conflicts\"", "conflict")]
    [InlineData("\"document\": \"order\"", "\"document\": \"odor\"", "odor")]
    [InlineData("\"budgetBurstSeconds\": { \"value\": 0.1", "\"budgetBurstSeconds\": { \"value\": 0", "limits.budgetBurstSeconds")]
    [InlineData("\"places\": { \"value\": 32", "\"places\": { \"value\": 0", "places for deliveries")]
    [InlineData("\"writeMs\": { \"median\": 5", "\"writeMs\": { \"median\": 0", "latencies.writeMs.median")]
    [InlineData("\"p99\": 8", "\"p99\": 2", "latencies.readMs.p99")]
    [InlineData("\"instanceGb\": 2", "\"instanceGb\": 0", "tiers.dev.instanceGb")]
    public void A_model_that_cannot_be_is_refused_with_the_place(string what, string by, string place)
    {
        var path = Path.Combine(_folder, "model.json");
        File.WriteAllText(path, File.ReadAllText(Commerce.Scale.Model.ModelFile.DefaultPath).Replace(what, by, StringComparison.Ordinal));

        var (code, output) = ScaleRun.Invoke("plan", "--model", path);

        Assert.Equal(2, code);
        Assert.Contains(place, output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_can_be_read_by_programs()
    {
        var (code, output) = ScaleRun.Invoke("plan", "--rate", "1000", "--json");
        var plan = JsonNode.Parse(output)!;

        Assert.Equal(0, code);
        Assert.Equal(1000, plan["ordersPerSecond"]!.GetValue<double>());
        Assert.Equal("the audit's request units", plan["bottleneck"]!["name"]!.GetValue<string>());
        Assert.True(plan["dollarsPerMonth"]!.GetValue<double>() > 0);
        Assert.True(plan["isFloor"]!.GetValue<bool>());
    }

    [Fact]
    public void A_plan_says_what_its_sums_and_instances_do_not_include()
    {
        var (code, output) = ScaleRun.Invoke("plan", "--rate", "1000", "--durable", "scheduler");

        Assert.Equal(0, code);
        Assert.Contains("not included", output, StringComparison.Ordinal);
        Assert.Contains("**at least $", output, StringComparison.Ordinal);
        Assert.Contains("without those of timers", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sale_says_its_seed_and_names_the_wall()
    {
        var (code, output) = ScaleRun.Invoke("flash-sale", "--seed", "42", "--buyers", "500", "--instances", "1", "2");

        Assert.Equal(0, code);
        Assert.Contains("seed 42", output, StringComparison.Ordinal);
        Assert.Contains("1,854 sales a second", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("2", true)]
    public void A_sale_out_of_shards_says_that_thefts_are_not_in_it(string shards, bool isSaid)
    {
        var (_, output) = ScaleRun.Invoke("flash-sale", "--shards", shards, "--buyers", "500", "--instances", "1", "2");

        Assert.Equal(isSaid, output.Contains("Not included: thefts", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("plan --tier dev --lines 1")]
    [InlineData("flash-sale --buyers 500 --instances 1 2 4 --shards 2")]
    public void A_chart_is_a_picture_that_a_browser_shows(string arguments)
    {
        var path = Path.Combine(_folder, "chart.svg");

        Assert.Equal(0, ScaleRun.Invoke([.. arguments.Split(' '), "--chart", path]).ExitCode);

        var svg = XDocument.Load(path);
        Assert.Equal("svg", svg.Root!.Name.LocalName);
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
