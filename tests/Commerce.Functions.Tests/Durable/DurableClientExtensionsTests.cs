using Commerce.Functions.Durable;
using Grpc.Core;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Tests.Durable;

/// <summary>Of an orchestration that is to run once, one runs, whatever the backend says to who comes second.</summary>
public sealed class DurableClientExtensionsTests : IAsyncDisposable
{
    private const string Name = "Sweep";
    private const string Id = "the-one";

    private readonly FakeDurable _durable = new();

    /// <summary>How an instance may be found, null where there is none; and whether it runs.</summary>
    public static TheoryData<OrchestrationRuntimeStatus?, bool> Found => new()
    {
        { null, false },
        { OrchestrationRuntimeStatus.Pending, true },
        { OrchestrationRuntimeStatus.Running, true },
        { OrchestrationRuntimeStatus.Suspended, true },
        { OrchestrationRuntimeStatus.Completed, false },
        { OrchestrationRuntimeStatus.Failed, false },
        { OrchestrationRuntimeStatus.Terminated, false },
    };

    public ValueTask DisposeAsync() => _durable.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Found))]
    public async Task What_has_not_ended_runs(OrchestrationRuntimeStatus? found, bool runs)
    {
        Set(found);
        Assert.Equal(runs, await _durable.IsRunningAsync(Id, Stop));
    }

    [Theory]
    [MemberData(nameof(Found))]
    public async Task What_does_not_run_is_started_under_its_id(OrchestrationRuntimeStatus? found, bool runs)
    {
        Set(found);
        Assert.Equal(!runs, await _durable.StartUnlessRunningAsync(Name, null, Id, Stop));
        Assert.Equal(runs ? [] : [(Name, Id)], _durable.Started);
    }

    [Fact]
    public async Task What_is_started_gets_its_input()
    {
        Assert.True(await _durable.TryStartAsync(Name, new { Pieces = 3 }, Id, Stop));
        Assert.Equal("""{"Pieces":3}""", (await _durable.GetInstancesAsync(Id, getInputsAndOutputs: true, Stop))!.SerializedInput);
    }

    /// <summary>Backends say it in different ways; none of them is known here by name.</summary>
    public static TheoryData<Exception> Refusals =>
    [
        new RpcException(new Status(StatusCode.AlreadyExists, "An instance of this id runs.")),
        new InvalidOperationException("An instance of this id runs."),
        new IOException("The task hub is away."),
    ];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_start_that_is_refused_because_another_was_quicker_is_no_fault(Exception refusal)
    {
        _durable.Starting = _ => Set(OrchestrationRuntimeStatus.Running);
        _durable.StartFault = refusal;
        Assert.False(await _durable.TryStartAsync(Name, null, Id, Stop));
        Set(null);
        Assert.False(await _durable.StartUnlessRunningAsync(Name, null, Id, Stop));
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_start_that_is_refused_though_nothing_runs_is_a_fault(Exception refusal)
    {
        _durable.StartFault = refusal;
        foreach (OrchestrationRuntimeStatus? found in new OrchestrationRuntimeStatus?[] { null, OrchestrationRuntimeStatus.Completed })
        {
            Set(found);
            Assert.Same(refusal, await Record.ExceptionAsync(() => _durable.TryStartAsync(Name, null, Id, Stop)));
            Assert.Same(refusal, await Record.ExceptionAsync(() => _durable.StartUnlessRunningAsync(Name, null, Id, Stop)));
        }
    }

    private void Set(OrchestrationRuntimeStatus? found)
    {
        if (found is { } status)
            _durable.Set(Id, status);
        else
            _durable.Forget(Id);
    }
}
