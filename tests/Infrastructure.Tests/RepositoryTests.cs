using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Infrastructure.Tests;

/// <summary>Workflows, the development container and azd's file: what they name exists, and what can be run here is.</summary>
public class RepositoryTests
{
    private static readonly string[] Workflows = ["build", "deploy", "load"];

    [Fact]
    public void The_build_job_runs_what_developers_run()
    {
        var commands = Steps("build", "build").Select(step => step.GetValueOrDefault("run")).OfType<string>();
        Assert.Equal([".ci/run"], commands);

        var script = Metadata.Read(".ci/run");
        var contributing = Regex.Match(Metadata.Read("CONTRIBUTING.md"), "```bash\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        Assert.All(contributing.Split('\n', StringSplitOptions.RemoveEmptyEntries), command => Assert.Matches($"(?m)^{command.Split(" --")[0]}", script));
        Assert.Contains("dotnet test\n```", Metadata.Read("README.md"), StringComparison.Ordinal);
        Assert.True(IsExecutable(".ci/run"));
    }

    [Fact]
    public void Workflows_grant_little_and_pin_what_they_use()
    {
        foreach (var workflow in Workflows)
        {
            Assert.Equal("read", Map(Read(workflow)["permissions"])["contents"]);
            foreach (var uses in Regex.Matches(Text(workflow), @"uses: (\S+)").Select(match => match.Groups[1].Value))
                Assert.True(uses.StartsWith("./", StringComparison.Ordinal) ? File.Exists(Path.Combine(Metadata.Root, uses)) : Regex.IsMatch(uses, @"@v\d+$"), uses);
            // An input in a script's text would be run as part of it.
            Assert.DoesNotMatch(@"run:[^\n]*\$\{\{ *(inputs|github\.event)", Text(workflow));
        }
        Assert.DoesNotContain("secrets.", string.Concat(Workflows.Select(Text)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deployment_is_given_every_variable_that_the_parameters_read()
    {
        var read = Regex.Matches(Metadata.Read("infra/bicep/main.bicepparam"), @"readEnvironmentVariable\('(\w+)'").Select(match => match.Groups[1].Value);
        var given = Map(Map(Map(Read("deploy")["jobs"])["deploy"])["env"]);

        Assert.Equal(["AZURE_CLIENT_ID", "AZURE_SUBSCRIPTION_ID", "AZURE_TENANT_ID", "TAG"], given.Keys.Except(read).Order());
        Assert.Empty(read.Except(given.Keys));
        Assert.All(given.Where(pair => pair.Key != "TAG"), pair => Assert.Equal($"${{{{ vars.{pair.Key} }}}}", pair.Value));
    }

    [Fact]
    public void A_deployment_looks_before_it_leaps_and_goes_back_when_it_fell()
    {
        var steps = Steps("deploy", "deploy").Select(step => (Name: step.GetValueOrDefault("name") as string, Run: step.GetValueOrDefault("run") as string ?? "")).ToList();

        Assert.Equal(["Log in", "What if", "Provision", "Deploy", "Smoke test", "Mark what runs", "Roll back"], steps.Select(step => step.Name).OfType<string>());
        Assert.Contains("--federated-credential-provider github", steps.Single(step => step.Name == "Log in").Run, StringComparison.Ordinal);
        Assert.Contains("--preview", steps.Single(step => step.Name == "What if").Run, StringComparison.Ordinal);
        Assert.All(["Smoke test", "Roll back"], name => Assert.Contains(".ci/smoke \"$(azd env get-value APP_URL)\"", steps.Single(step => step.Name == name).Run, StringComparison.Ordinal));
        Assert.Contains("output APP_URL string", Metadata.Read("infra/bicep/main.bicep"), StringComparison.Ordinal);
        Assert.True(IsExecutable(".ci/smoke"));
    }

    [Fact]
    public void The_load_test_calls_the_driver_by_its_own_words()
    {
        var run = (string)Steps("load", "load").Single(step => step.GetValueOrDefault("name") is "Load, and the audit after it")["run"];
        var driver = string.Concat(Directory.EnumerateFiles(Path.Combine(Metadata.Root, "tools/Commerce.Load/Cli"), "*.cs").Select(File.ReadAllText));
        var scenarios = (List<object>)Map(Map(Map(Map(Read("load")["on"])["workflow_dispatch"])["inputs"])["scenario"])["options"];

        Assert.Contains("--project tools/Commerce.Load -- ", run, StringComparison.Ordinal);
        Assert.All(Regex.Matches(run[run.IndexOf("-- ", StringComparison.Ordinal)..], @"--[a-z-]{2,}").Select(match => match.Value), option => Assert.Contains($"\"{option}\"", driver, StringComparison.Ordinal));
        Assert.All(scenarios, scenario => Assert.Matches($@"Scenario(Command)?\(""{scenario}""", driver));
        Assert.All(["COMMERCE_KEY", "COMMERCE_OPS_KEY"], name => Assert.Contains($"\"{name}\"", driver, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("200 401 200", 0)]
    [InlineData("503 401 200", 1)]
    [InlineData("200 200 200", 1)]
    [InlineData("200 401 404", 1)]
    public async Task The_smoke_test_tells_a_shop_that_serves(string answers, int exitCode)
    {
        await using var shop = await StubShop.StartAsync([.. answers.Split(' ').Select(int.Parse)]);
        var start = new ProcessStartInfo(Path.Combine(Metadata.Root, ".ci/smoke"), [shop.Address]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SMOKE_SECONDS"] = "0";

        Assert.Equal(exitCode, (await RunAsync(start)).ExitCode);
    }

    /// <summary>azd runs the hook in the shell that it names; what it calls is a stand-in here that says what it was asked.</summary>
    [Fact]
    public async Task After_azd_down_another_name_is_kept_for_the_vault()
    {
        var hook = Map(Map(Map(Yaml("azure.yaml")["hooks"])["postdown"])["posix"]);
        using var folder = new TestFolder();
        var azd = Path.Combine(folder.Path, "azd");
        await File.WriteAllTextAsync(azd, "#!/bin/sh\necho \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(azd, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo((string)hook["shell"], ["-c", (string)hook["run"]]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = folder.Path + ":" + Environment.GetEnvironmentVariable("PATH");

        var said = await RunAsync(start);

        Assert.Matches(@"^env set COMMERCE_VAULT_STAMP \d{10}\n$", said.Output);
        Assert.Contains("'COMMERCE_VAULT_STAMP'", Metadata.Read("infra/bicep/main.bicepparam"), StringComparison.Ordinal);
        var service = Map(Map(Yaml("azure.yaml")["services"])["api"]);
        Assert.True(Directory.Exists(Path.Combine(Metadata.Root, (string)service["project"])));
    }

    [Fact]
    public void The_container_has_what_the_local_settings_speak_of()
    {
        var container = JsonNode.Parse(Metadata.Read(".devcontainer/devcontainer.json"))!;
        var services = Map(Yaml(".devcontainer/compose.yml")["services"]);

        Assert.Equal("compose.yml", container["dockerComposeFile"]!.GetValue<string>());
        Assert.Contains(container["service"]!.GetValue<string>(), services.Keys);
        Assert.Contains("azure-functions-core-tools@4", container["postCreateCommand"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(["azurite", "cosmos", "dev", "servicebus", "sql"], services.Keys.Order());
        // All on the container's own loopback, where the settings look for them.
        Assert.All(services.Where(service => service.Key != "dev"), service => Assert.Equal("service:dev", Map(service.Value)["network_mode"]));
        Assert.Contains(JsonNode.Parse(Metadata.Read("package.json"))!["devDependencies"]!["azurite"]!.GetValue<string>(), (string)Map(services["azurite"])["image"], StringComparison.Ordinal);
        Assert.Equal(Map(Map(services["sql"])["environment"])["MSSQL_SA_PASSWORD"], Map(Map(services["servicebus"])["environment"])["MSSQL_SA_PASSWORD"]);
    }

    [Fact]
    public async Task The_emulators_queue_is_that_of_the_templates()
    {
        var emulated = JsonNode.Parse(Metadata.Read(".devcontainer/servicebus.config.json"))!["UserConfig"]!["Namespaces"]![0]!["Queues"]![0]!;
        var deployed = (await Deployment.DevAsync()).The("Microsoft.ServiceBus/namespaces/queues");
        var properties = deployed["properties"]!.AsObject();

        Assert.EndsWith("/" + emulated["Name"]!.GetValue<string>(), deployed["name"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.All(["lockDuration", "maxDeliveryCount", "deadLetteringOnMessageExpiration", "requiresDuplicateDetection"], name => Assert.Equal(
            properties[name]!.ToJsonString(), emulated["Properties"]![char.ToUpperInvariant(name[0]) + name[1..]]!.ToJsonString()));
    }

    [Fact]
    public void Updates_are_looked_for_in_folders_that_are_there()
    {
        var updates = ((List<object>)Yaml(".github/dependabot.yml")["updates"]).Select(Map).ToList();

        Assert.Equal(["devcontainers", "docker-compose", "github-actions", "npm", "nuget"], updates.Select(update => (string)update["package-ecosystem"]).Order(StringComparer.Ordinal));
        Assert.All(updates, update => Assert.True(Directory.Exists(Metadata.Root + (string)update["directory"])));
    }

    [Fact]
    public void What_azd_and_emulators_leave_behind_stays_out_of_the_repository() =>
        Assert.Empty(new[] { ".azure/", ".azurite/", ".local/", "local.settings.json" }.Except(Metadata.Read(".gitignore").Split('\n')));

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await errors;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }

    private static string Text(string workflow) => Metadata.Read($".github/workflows/{workflow}.yml");

    private static Dictionary<string, object> Read(string workflow) => Yaml($".github/workflows/{workflow}.yml");

    private static Dictionary<string, object> Yaml(string path) => new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(Metadata.Read(path));

    private static List<Dictionary<string, object>> Steps(string workflow, string job) => [.. ((List<object>)Map(Map(Read(workflow)["jobs"])[job])["steps"]).Select(Map)];

    private static Dictionary<string, object> Map(object node) => ((Dictionary<object, object>)node).ToDictionary(pair => (string)pair.Key, pair => pair.Value);

    private static bool IsExecutable(string path) => File.GetUnixFileMode(Path.Combine(Metadata.Root, path)).HasFlag(UnixFileMode.UserExecute);
}
