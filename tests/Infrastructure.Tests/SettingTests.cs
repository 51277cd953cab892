using System.Text.RegularExpressions;

namespace Infrastructure.Tests;

/// <summary>App settings: what the code cannot do without is set, what is set is read, and nothing of it is a secret.</summary>
public class SettingTests
{
    /// <summary>Without a default and not set in Azure: for a developer's machine, or for those who have a collector.</summary>
    private static readonly string[] NotInAzure = ["Cosmos"];

    /// <summary>Read by the host, the exporters and the libraries.</summary>
    private static readonly string[] OfPlatform =
    [
        "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
        "ServiceBus__fullyQualifiedNamespace", "ServiceBus__credential", "ServiceBus__clientId",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "AZURE_CLIENT_ID",
        "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
    ];

    [Fact]
    public async Task Each_setting_that_the_code_has_no_default_for_is_set()
    {
        var set = (await Deployment.ProdAsync()).AppSettings().Keys.Select(InCode);
        var needed = Described().Where(setting => setting.Default == "none").Select(setting => setting.Name).Except(NotInAzure);

        Assert.Empty(needed.Except(set));
    }

    [Fact]
    public async Task Each_setting_that_is_set_is_read()
    {
        var read = Described().Select(setting => setting.Name).ToHashSet();
        var set = (await Deployment.ProdAsync()).AppSettings().Keys.Except(OfPlatform).Select(InCode);

        Assert.Empty(set.Except(read));
    }

    [Fact]
    public async Task Signing_keys_come_from_the_vault_and_no_deployment_writes_one()
    {
        var prod = await Deployment.ProdAsync();
        var settings = prod.AppSettings();

        foreach (var key in new[] { "DataPlatform__SigningKeys__0", "DataPlatform__SigningKeys__1" })
            Assert.StartsWith("@Microsoft.KeyVault(SecretUri=", Evaluated(settings[key]), StringComparison.Ordinal);
        Assert.DoesNotContain("DataPlatform__SigningKeys__0", (await Deployment.DevAsync()).AppSettings().Keys);
        Assert.Empty(prod.Of("Microsoft.KeyVault/vaults/secrets"));
        Assert.DoesNotContain("SIGNING_KEY", Metadata.Read("infra/bicep/main.bicepparam"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Further_settings_are_put_with_the_others_and_replace_none()
    {
        var plain = (await Deployment.DevAsync()).AppSettings();
        var tuned = (await Deployment.OfAsync(new()
        {
            ["AZURE_ENV_NAME"] = "dev",
            ["COMMERCE_SETTINGS"] = """{"Console__ClientId":"the page","Auth__Audience":"somebody else"}""",
        })).AppSettings();

        Assert.Equal(["Console__ClientId"], tuned.Keys.Except(plain.Keys));
        Assert.Equal("the page", tuned["Console__ClientId"]);
        Assert.Equal(plain["Auth__Audience"], tuned["Auth__Audience"]);
    }

    /// <summary>The scale controller reads host.json, not settings that override it.</summary>
    [Fact]
    public async Task No_setting_overrides_host_json() => Assert.DoesNotContain(
        (await Deployment.ProdAsync()).AppSettings().Keys,
        name => name.StartsWith("AzureFunctionsJobHost", StringComparison.OrdinalIgnoreCase));

    [Theory]
    [InlineData("dev", "1.0")]
    [InlineData("prod", "0.05")]
    public async Task Host_and_worker_keep_the_same_share_of_traces(string tier, string share)
    {
        var settings = (tier == "dev" ? await Deployment.DevAsync() : await Deployment.ProdAsync()).AppSettings();

        Assert.Equal(("microsoft.fixed_percentage", share), (settings["OTEL_TRACES_SAMPLER"], settings["OTEL_TRACES_SAMPLER_ARG"]));
    }

    /// <summary>An app setting as the code and the documents write it: without the number of a list's element.</summary>
    private static string InCode(string setting) => Regex.Replace(setting, "__[0-9]+$", "").Replace("__", ":", StringComparison.Ordinal);

    /// <summary>What of an expression is known before Azure evaluates it.</summary>
    private static string Evaluated(string setting) => Regex.Replace(setting, @"^\[format\('", "");

    private static IEnumerable<(string Name, string Default)> Described()
    {
        var text = Metadata.Read("docs/operations.md");
        var table = Regex.Match(text, "<!-- settings -->.*<!-- /settings -->", RegexOptions.Singleline).Value;
        return Regex.Matches(table, @"^\| `([\w:]+)` \| `?([^`|]+?)`? \|", RegexOptions.Multiline)
            .Select(row => (row.Groups[1].Value, row.Groups[2].Value));
    }
}
