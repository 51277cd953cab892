using System.Text.RegularExpressions;

namespace Infrastructure.Tests;

/// <summary>Who may do what: the app's identity and the group on call, each right on the smallest thing that will do.</summary>
public partial class RoleTests
{
    /// <summary>Right and scope, by the identity's needs; docs/operations.md says what each is for.</summary>
    private static readonly (string Role, string Scope)[] OfApp =
    [
        ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Microsoft.Storage/storageAccounts"), // Storage Blob Data Owner
        ("974c5e8b-45b9-4653-ba55-5f855dd0c8e8", "Microsoft.Storage/storageAccounts"), // Storage Queue Data Contributor
        ("0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "Microsoft.Storage/storageAccounts"), // Storage Table Data Contributor
        ("090c5cfd-751d-490a-894a-3ce6f1109419", "Microsoft.ServiceBus/namespaces/queues"), // Azure Service Bus Data Owner
        ("4633458b-17de-408a-b874-0445c86b69e6", "Microsoft.KeyVault/vaults"), // Key Vault Secrets User
        ("3913510d-42f4-4e42-8a64-420c390055eb", "Microsoft.Insights/components"), // Monitoring Metrics Publisher
        ("0ad04412-c4d5-4796-b79c-f76d14c8d402", "Microsoft.DurableTask/schedulers/taskHubs"), // Durable Task Data Contributor
    ];

    private static readonly (string Role, string Scope)[] OfOperators =
    [
        ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Microsoft.Resources/resourceGroups"), // Reader
        ("de139f84-1756-47ae-9be6-808fbbe84772", "Microsoft.Web/sites"), // Website Contributor
        ("4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0", "Microsoft.ServiceBus/namespaces/queues"), // Azure Service Bus Data Receiver
        ("69a216fc-b8fb-44d8-bc22-1f3c2cd27a39", "Microsoft.ServiceBus/namespaces/queues"), // Azure Service Bus Data Sender
        ("b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Microsoft.KeyVault/vaults"), // Key Vault Secrets Officer
    ];

    [Fact]
    public async Task The_identity_and_the_operators_have_these_rights_and_no_others()
    {
        var prod = await Deployment.ProdAsync();

        Assert.Equal(OfApp.Order(), Rights(prod, "ServicePrincipal"));
        Assert.Equal(OfOperators.Order(), Rights(prod, "Group"));
        Assert.Empty(Rights(await Deployment.DevAsync(), "Group"));
    }

    [Fact]
    public async Task The_shops_data_is_the_apps_to_write_and_the_operators_to_read()
    {
        var rights = (await Deployment.ProdAsync()).Of("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments")
            .Select(right => right["properties"]!).ToList();

        Assert.All(rights, right => Assert.EndsWith("/dbs/commerce", right.Text("scope"), StringComparison.Ordinal));
        var operators = Assert.Single(rights, right => right.Text("principalId") == "22222222-2222-2222-2222-222222222222");
        Assert.EndsWith("000000000001", operators.Text("roleDefinitionId"), StringComparison.Ordinal);
        var app = Assert.Single(rights, right => right != operators);
        Assert.EndsWith("000000000002", app.Text("roleDefinitionId"), StringComparison.Ordinal);
    }

    [Fact]
    public void Operations_says_what_each_right_is_for()
    {
        var text = Metadata.Read("docs/operations.md");
        var described = Ids().Matches(text).Select(match => match.Value).Distinct().Order();

        Assert.Equal(OfApp.Concat(OfOperators).Select(right => right.Role).Distinct().Order(), described);
    }

    private static IEnumerable<(string Role, string Scope)> Rights(Deployment deployment, string kind) => deployment
        .Of("Microsoft.Authorization/roleAssignments")
        .Where(right => right.Text("properties/principalType") == kind)
        .Select(right => (Ids().Matches(right.Text("properties/roleDefinitionId"))[^1].Value, ScopeOf(right.Text("id"))))
        .Order();

    /// <summary>The type of what a right is given on: it stands before the right's own name in its id.</summary>
    private static string ScopeOf(string id)
    {
        const string around =
            @"^\[extensionResourceId\('|/providers/Microsoft\.Authorization/roleAssignments/.*$|', 'Microsoft\.Authorization.*$";
        var scope = Regex.Replace(id, around, "");
        var parts = scope.Split("/providers/");
        if (parts.Length == 1)
            return "Microsoft.Resources/resourceGroups";
        var segments = parts[^1].Split('/');
        return string.Join('/', segments.Where((_, i) => i == 0 || i % 2 == 1));
    }

    [GeneratedRegex("(?<![0-9a-f-])(?!1{8}|2{8}|0{8})[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Ids();
}
