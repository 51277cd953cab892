using Mono.Cecil;

namespace Architecture.Tests;

/// <summary>
/// What runs again must come out the same: rules take the time as an argument and derive their ids, orchestrators take both from their
/// context. The rules' build checks the first too; this looks at what was built.
/// </summary>
public sealed class DeterminismTests
{
    private static readonly string[] Clocks =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Guid::NewGuid", "System.Guid::CreateVersion7",
        "System.Random::", "System.Environment::get_TickCount", "System.Diagnostics.Stopwatch::",
        "System.Security.Cryptography.RandomNumberGenerator::", "System.TimeProvider::",
    ];

    private static readonly string[] NotInOrchestrators =
    [
        .. Clocks,
        "System.Threading.Tasks.Task::Run", "System.Threading.Tasks.Task::Delay", "System.Threading.Tasks.TaskFactory::",
        "System.Threading.Thread::", "System.Threading.ThreadPool::", "System.Threading.Timer::", "System.Environment::",
        "System.Threading.Tasks.Task::ConfigureAwait", "System.IO.File", "System.Net.Http.", "Microsoft.Azure.Cosmos.",
        "Microsoft.Extensions.Configuration.",
    ];

    [Fact]
    public void Rules_have_no_clock_and_no_dice()
    {
        using var module = Assemblies.Read(Assemblies.Shared);
        Assemblies.AssertNone(module.Types.SelectMany(type => Uses(type, Clocks)));
    }

    [Fact]
    public void Orchestrators_do_nothing_that_a_replay_would_do_differently()
    {
        using var module = Assemblies.Read(Assemblies.Functions);
        var orchestrators = module.Types.Where(type => type.Methods.Any(IsOrchestrator)).ToList();
        Assert.NotEmpty(orchestrators);
        Assemblies.AssertNone(orchestrators.SelectMany(type => Uses(type, NotInOrchestrators)));
    }

    [Fact]
    public void Orchestrators_stand_alone_so_that_nothing_can_be_injected_into_them()
    {
        using var module = Assemblies.Read(Assemblies.Functions);
        Assemblies.AssertNone(module.Types.Where(type => type.Methods.Any(IsOrchestrator) && !(type.IsAbstract && type.IsSealed))
            .Select(type => type.FullName));
    }

    private static bool IsOrchestrator(MethodDefinition method) => method.Parameters.Any(parameter =>
        parameter.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "OrchestrationTriggerAttribute"));

    private static IEnumerable<string> Uses(TypeDefinition type, string[] banned) =>
        from member in Assemblies.MembersUsedBy(type)
        let name = $"{member.DeclaringType.FullName}::{member.Name}"
        where banned.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
        select $"{type.FullName} uses {name}";
}
