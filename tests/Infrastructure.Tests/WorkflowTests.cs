using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Infrastructure.Tests;

/// <summary>GitHub's workflows: what they name exists, and what can be run here is. actionlint reads them in .ci/run.</summary>
public class WorkflowTests
{
    private static readonly string[] Workflows = ["build", "deploy", "load", "mutants", "random"];

    [Fact]
    public void The_build_job_runs_what_developers_run()
    {
        var commands = YamlFile.Workflow("build").List("jobs/build/steps").Select(step => step.TextOrNone("run")).Where(run => run != "");
        Assert.Equal([".ci/run"], commands);

        var script = Metadata.Read(".ci/run");
        var block = Regex.Match(Metadata.Read("CONTRIBUTING.md"), "```bash\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        Assert.All(block.Trim().Split('\n'), command => Assert.Matches($"(?m)^{command.Split(" --")[0]}", script));
        Assert.Contains("dotnet test\n```", Metadata.Read("README.md"), StringComparison.Ordinal);
        Assert.Contains("npm run --silent lint:workflows", script, StringComparison.Ordinal);
        Assert.True(IsExecutable(".ci/run"));
    }

    [Fact]
    public void Workflows_grant_little_and_pin_what_they_use()
    {
        foreach (var workflow in Workflows)
        {
            var text = Metadata.Read($".github/workflows/{workflow}.yml");
            Assert.Equal("read", YamlFile.Workflow(workflow).Text("permissions/contents"));
            Assert.All(text.All(@"uses: (\S+)"), uses => Assert.True(IsPinned(uses), uses));
            // An input in a script's text would be run as part of it.
            Assert.DoesNotMatch(@"run:[^\n]*\$\{\{ *(inputs|github\.event)", text);
            Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_deployment_is_given_every_variable_that_the_parameters_read()
    {
        var read = Metadata.DeploymentVariables();
        var given = YamlFile.Workflow("deploy").Map("jobs/deploy/env");

        Assert.Equal(["AZURE_CLIENT_ID", "AZURE_SUBSCRIPTION_ID", "AZURE_TENANT_ID", "TAG"], given.Keys.Except(read).Order());
        Assert.Empty(read.Except(given.Keys));
        Assert.All(given.Where(pair => pair.Key != "TAG"), pair => Assert.Equal($"${{{{ vars.{pair.Key} }}}}", pair.Value));
    }

    [Fact]
    public void A_deployment_looks_before_it_leaps_and_goes_back_when_it_fell()
    {
        var steps = YamlFile.Workflow("deploy").List("jobs/deploy/steps").Where(step => step.TextOrNone("name") != "").ToList();
        var run = steps.ToDictionary(step => step.Text("name"), step => step.Text("run"));

        string[] names = ["Log in", "What if", "Provision", "Deploy", "Smoke test", "Mark what runs", "Roll back"];
        Assert.Equal(names, steps.Select(step => step.Text("name")));
        Assert.Contains("--federated-credential-provider github", run["Log in"], StringComparison.Ordinal);
        Assert.Contains("--preview", run["What if"], StringComparison.Ordinal);
        Assert.All(["Smoke test", "Roll back"], name =>
            Assert.Contains(".ci/smoke \"$(azd env get-value APP_URL)\"", run[name], StringComparison.Ordinal));
        Assert.Contains("output APP_URL string", Metadata.Read("infra/bicep/main.bicep"), StringComparison.Ordinal);
        Assert.True(IsExecutable(".ci/smoke"));
    }

    [Fact]
    public void The_load_test_calls_the_driver_by_its_own_words()
    {
        var load = YamlFile.Workflow("load");
        var run = load.List("jobs/load/steps").Select(step => step.TextOrNone("run"))
            .Single(text => text.Contains("Commerce.Load -- ", StringComparison.Ordinal));
        var sources = Directory.EnumerateFiles(Metadata.PathOf("tools/Commerce.Load/Cli"), "*.cs").Select(File.ReadAllText);
        var driver = string.Concat(sources);

        var options = run[run.IndexOf("-- ", StringComparison.Ordinal)..].All("--[a-z-]{2,}");
        Assert.All(options, option => Assert.Contains($"\"{option}\"", driver, StringComparison.Ordinal));
        var scenarios = load.List("on/workflow_dispatch/inputs/scenario/options");
        Assert.All(scenarios, scenario => Assert.Matches($@"Scenario(Command)?\(\s*""{scenario.Text()}""", driver));
        Assert.All(["COMMERCE_KEY", "COMMERCE_TOKEN"], name => Assert.Contains($"\"{name}\"", driver, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("200 401 200", 0)]
    [InlineData("503 401 200", 1)]
    [InlineData("200 200 200", 1)]
    [InlineData("200 401 404", 1)]
    public async Task The_smoke_test_tells_a_shop_that_serves(string answers, int exitCode)
    {
        await using var shop = await StubShop.StartAsync([.. answers.Split(' ').Select(int.Parse)]);
        var start = new ProcessStartInfo(Metadata.PathOf(".ci/smoke"), [shop.Address]) { RedirectStandardError = true };
        start.Environment["SMOKE_SECONDS"] = "0";

        using var process = Process.Start(start)!;
        await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(exitCode, process.ExitCode);
    }

    [Fact]
    public void Updates_are_looked_for_in_folders_that_are_there()
    {
        var updates = YamlFile.Read(".github/dependabot.yml").List("updates");

        Assert.Equal(
            ["devcontainers", "docker-compose", "github-actions", "npm", "nuget"],
            updates.Select(update => update.Text("package-ecosystem")).Order(StringComparer.Ordinal));
        Assert.All(updates, update => Assert.True(Directory.Exists(Metadata.Root + update.Text("directory"))));
    }

    private static bool IsPinned(string uses) => uses.StartsWith("./", StringComparison.Ordinal)
        ? File.Exists(Metadata.PathOf(uses))
        : Regex.IsMatch(uses, @"@v\d+$");

    private static bool IsExecutable(string path) => File.GetUnixFileMode(Metadata.PathOf(path)).HasFlag(UnixFileMode.UserExecute);
}
