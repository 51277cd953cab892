using System.Text.RegularExpressions;

namespace Infrastructure.Tests;

/// <summary>Names of resources, made of environment names that nobody should choose.</summary>
public class NameTests
{
    /// <summary>What Azure asks of each name.</summary>
    private static readonly Dictionary<string, string> Rules = new()
    {
        ["group"] = @"^[\w.()-]{0,89}[\w()-]$",
        ["identity"] = @"^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$",
        ["workspace"] = @"^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$",
        ["applicationInsights"] = @"^[^%&\\?/]{0,254}[^%&\\?/. ]$",
        ["storage"] = @"^[a-z0-9]{3,24}$",
        ["cosmos"] = @"^[a-z0-9][a-z0-9-]{1,42}[a-z0-9]$",
        ["serviceBus"] = @"^[A-Za-z](?!.*(-sb|-mgmt|-)$)[A-Za-z0-9-]{5,49}$",
        ["vault"] = @"^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$",
        ["scheduler"] = @"^[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]$",
        ["functionApp"] = @"^[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]$",
        ["plan"] = @"^[A-Za-z0-9-]{1,60}$",
        ["network"] = @"^[A-Za-z0-9][\w.-]{0,62}[A-Za-z0-9_]$",
        ["alertSuffix"] = @"^[A-Za-z0-9][A-Za-z0-9-]{0,100}$",
    };

    private static readonly string[] Environments =
    [
        "dev", "Dev", "DEV", "d_e_v", "prod-", "-prod", "--", "_", "", "a", "0", "2026-11", "prod.eu", "prod (eu)", "Prod_EU-West-1",
        "an-environment-whose-name-is-as-long-as-azd-lets-it-be-and-then-s", "éèü", "한국", "🛒", "İstanbul", "x\u0000y", "env",
    ];

    [Fact]
    public async Task Names_are_valid_and_differ_whatever_the_environment_is_called()
    {
        var all = await NamesAsync();

        Assert.Equal(Environments.Length, all.Count);
        Assert.All(all, names => Assert.Equal(Rules.Keys.Order(), names.Keys.Order()));
        var wrong = all.SelectMany(names => names).Where(name => !Regex.IsMatch(name.Value, Rules[name.Key]));
        Assert.Empty(wrong);
        // Of what is in one resource group only, the group tells them apart.
        Assert.All(Rules.Keys.Except(["alertSuffix"]), kind => Assert.Distinct(all.Select(names => names[kind])));
    }

    [Fact]
    public async Task A_deployment_uses_these_names_and_no_others()
    {
        var dev = await Deployment.DevAsync();
        var prod = await Deployment.ProdAsync();

        Assert.Equal(10, Named(dev).Count(name => name.Contains("dev", StringComparison.Ordinal)));
        Assert.Equal(12, Named(prod).Count(name => name.Contains("prodeu1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task After_azd_down_the_vault_is_called_otherwise()
    {
        var before = await Deployment.DevAsync();
        var after = await Deployment.OfAsync(new() { ["AZURE_ENV_NAME"] = "dev", ["COMMERCE_VAULT_STAMP"] = "1790000000" });

        Assert.NotEqual(NameOf(before, "Microsoft.KeyVault/vaults"), NameOf(after, "Microsoft.KeyVault/vaults"));
        Assert.Equal(NameOf(before, "Microsoft.DocumentDB/databaseAccounts"), NameOf(after, "Microsoft.DocumentDB/databaseAccounts"));
    }

    private static string NameOf(Deployment deployment, string type) => deployment.The(type).Text("name");

    /// <summary>Resources that Azure wants a name for, apart from what is inside of another or called by its purpose.</summary>
    private static IEnumerable<string> Named(Deployment deployment) => deployment.Resources
        .Where(resource => !resource.Text("type").StartsWith("Microsoft.Insights/", StringComparison.Ordinal)
            || resource.Text("type") == "Microsoft.Insights/components")
        .Select(resource => resource.Text("name"))
        .Where(name => !name.Contains('/'));

    /// <summary>The names of all environments, as the templates' own functions make them.</summary>
    private static async Task<List<Dictionary<string, string>>> NamesAsync()
    {
        const string template = """
            targetScope = 'subscription'
            import { names, slug } from 'modules/names.bicep'
            param environments array
            resource groups 'Microsoft.Resources/resourceGroups@2025-04-01' = [
              for environment in environments: {
                name: 'rg-${uniqueString(environment)}'
                location: 'global'
                tags: names(slug(environment), take(uniqueString(environment), 8), take(uniqueString(environment, 'vault'), 8))
              }
            ]
            """;
        var list = string.Join('\n', Environments.Select(name => $"  '{name.Replace("\0", "\\u{0}", StringComparison.Ordinal)}'"));
        var deployment = await Deployment.OfFilesAsync(
            "names.bicepparam", $"using 'names-test.bicep'\nparam environments = [\n{list}\n]", "names-test.bicep", template);
        return
        [
            .. deployment.Of("Microsoft.Resources/resourceGroups")
                .Select(group => group["tags"]!.AsObject().ToDictionary(tag => tag.Key, tag => tag.Value!.GetValue<string>())),
        ];
    }
}
