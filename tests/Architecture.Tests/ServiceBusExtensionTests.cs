using System.Reflection;

namespace Architecture.Tests;

/// <summary>
/// The stand-in for the package that registries lack has what the app uses of it, and no more: whatever else it had could be used by
/// mistake, and would be missed on the day that the genuine package takes its place.
/// </summary>
public sealed class ServiceBusExtensionTests
{
    private const string Surface = """
        Microsoft.Azure.Functions.Worker.ServiceBusEntityType: Queue, Topic
        Microsoft.Azure.Functions.Worker.ServiceBusOutputAttribute: (String, ServiceBusEntityType), Connection, EntityType, QueueOrTopicName
        Microsoft.Azure.Functions.Worker.ServiceBusTriggerAttribute: (String), (String, String), AutoCompleteMessages, Connection, IsBatched, IsSessionsEnabled, QueueName, SubscriptionName, TopicName
        """;

    [Fact]
    public void It_has_what_the_app_uses_and_no_more() =>
        Assert.Equal(Surface.Split('\n', StringSplitOptions.TrimEntries),
            Assemblies.ServiceBusExtension.GetExportedTypes().Select(Describe).Order(StringComparer.Ordinal));

    [Fact]
    public void Nothing_else_is_declared_under_the_names_of_others()
    {
        var found = from folder in (string[])["src", "tests", "tools", "bench"]
                    from source in Assemblies.Sources(folder)
                    where !source.Path.StartsWith("src/ServiceBus.Extension/", StringComparison.Ordinal)
                    from line in source.Text.Split('\n')
                    where line.StartsWith("namespace Microsoft", StringComparison.Ordinal)
                        || line.StartsWith("namespace Azure", StringComparison.Ordinal)
                    select $"{source.Path}: {line}";
        Assemblies.AssertNone(found);
    }

    private static string Describe(Type type)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var members = type.IsEnum
            ? Enum.GetNames(type)
            : type.GetMembers(Own).Where(static member => member is not MethodInfo { IsSpecialName: true }).Select(Describe);
        return $"{type.FullName}: {string.Join(", ", members.Order(StringComparer.Ordinal))}";
    }

    private static string Describe(MemberInfo member) => member is ConstructorInfo constructor
        ? $"({string.Join(", ", constructor.GetParameters().Select(static parameter => parameter.ParameterType.Name))})"
        : member.Name;
}
