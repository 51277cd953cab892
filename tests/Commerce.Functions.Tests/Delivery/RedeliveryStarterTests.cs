using Commerce.Functions.Delivery;
using Commerce.Functions.Tests.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>How often the task hub is asked, and that nobody is failed by its answers.</summary>
public sealed class RedeliveryStarterTests : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedHub _hub;
    private readonly FakeLogger<RedeliveryStarter> _log = new();
    private readonly RedeliveryStarter _starter;

    public RedeliveryStarterTests()
    {
        _hub = new(_time);
        _starter = new RedeliveryStarter(Microsoft.Extensions.Options.Options.Create(DeliveryFixture.Options), _time, _log);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_started_when_it_does_not_run_and_not_when_it_does()
    {
        await _starter.EnsureRunningAsync(_hub, Stop);
        Assert.Equal((1, 1), (_hub.Looks, _hub.Starts));
        await _starter.EnsureRunningAsync(_hub, Stop);
        await PassAsync(() => _hub.Looks == 2);
        Assert.Equal(1, _hub.Starts);
    }

    /// <summary>It may have been ending when it was looked at: what was recorded meanwhile needs a look that begins later.</summary>
    [Fact]
    public async Task Who_comes_during_a_check_or_within_a_second_after_is_served_by_one_more()
    {
        _hub.Held = new TaskCompletionSource();
        var first = _starter.EnsureRunningAsync(_hub, Stop);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _starter.EnsureRunningAsync(_hub, Stop)));
        Assert.Equal(1, _hub.Looks);
        _hub.Held.SetResult();
        await first;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _starter.EnsureRunningAsync(_hub, Stop)));
        Assert.Equal(1, _hub.Looks);

        _hub.Runs = false;
        _time.Advance(Second);
        await Eventually.HoldsAsync(() => _hub.Starts == 2);
        Assert.Equal(2, _hub.Looks);
        // Nobody has come since: that was the last one, and who comes then looks at once.
        var seconds = 0;
        await PassAsync(() => seconds++ == 10);
        Assert.Equal(2, _hub.Looks);
        await _starter.EnsureRunningAsync(_hub, Stop);
        Assert.Equal(3, _hub.Looks);
    }

    [Fact]
    public async Task A_check_that_fails_is_told_and_does_not_stand_in_the_way_of_the_next()
    {
        _hub.Fault = new IOException("The task hub is away.");
        await _starter.EnsureRunningAsync(_hub, Stop);
        Assert.Same(_hub.Fault, Assert.Single(_log.Collector.GetSnapshot()).Exception);

        // The one that follows fails as well.
        await _starter.EnsureRunningAsync(_hub, Stop);
        _time.Advance(Second);
        await Eventually.HoldsAsync(() => _log.Collector.Count == 2);
        _hub.Fault = null;
        await _starter.EnsureRunningAsync(_hub, Stop);
        Assert.Equal(1, _hub.Starts);
    }

    [Fact]
    public async Task What_runs_is_woken_and_what_does_not_is_started()
    {
        await _starter.WakeAsync(_hub, Stop);
        Assert.Equal((1, 0), (_hub.Starts, _hub.Wakes));
        await _starter.WakeAsync(_hub, Stop);
        Assert.Equal((1, 1), (_hub.Starts, _hub.Wakes));
    }

    /// <summary>It may have taken its last look before it heard.</summary>
    [Fact]
    public async Task A_second_after_a_word_it_is_looked_after_once_more()
    {
        _hub.Runs = true;
        await _starter.WakeAsync(_hub, Stop);
        Assert.Equal((1, 0), (_hub.Wakes, _hub.Starts));
        _hub.Runs = false;
        _time.Advance(Second);
        await Eventually.HoldsAsync(() => _hub.Starts == 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task One_that_ends_between_the_look_and_the_word_is_started_instead(int times)
    {
        _hub.Runs = true;
        _hub.EndsBeforeWord = times;
        await _starter.WakeAsync(_hub, Stop);
        // Each time another one has been started and has ended, but for the last.
        Assert.Equal((1, 0), (_hub.Starts, _hub.Wakes));
        Assert.Equal(times, _hub.RefusedWakes);
        Assert.Empty(_log.Collector.GetSnapshot());
    }

    [Fact]
    public async Task One_that_always_ends_just_then_is_not_tried_for_ever()
    {
        _hub.Runs = true;
        _hub.EndsBeforeWord = int.MaxValue;
        await _starter.WakeAsync(_hub, Stop);
        Assert.Equal(5, _hub.RefusedWakes);
        Assert.Equal((0, 0), (_hub.Starts, _hub.Wakes));
    }

    [Fact]
    public async Task A_word_that_what_runs_does_not_take_is_told_and_fails_nobody()
    {
        _hub.Runs = true;
        _hub.WordFault = new IOException("The task hub is away.");
        await _starter.WakeAsync(_hub, Stop);
        Assert.Same(_hub.WordFault, Assert.Single(_log.Collector.GetSnapshot()).Exception);
        Assert.Equal((0, 0), (_hub.Starts, _hub.Wakes));
    }

    [Fact]
    public async Task A_word_while_the_task_hub_is_away_is_told_and_made_up_for_a_second_later()
    {
        _hub.Fault = new IOException("The task hub is away.");
        await _starter.WakeAsync(_hub, Stop);
        Assert.Same(_hub.Fault, Assert.Single(_log.Collector.GetSnapshot()).Exception);
        _hub.Fault = null;
        _time.Advance(Second);
        await Eventually.HoldsAsync(() => _hub.Starts == 1);
    }

    /// <summary>A hub that has lost a message calls an instance running for ever, and so does one whose version nobody runs.</summary>
    [Fact]
    public async Task One_that_has_stood_still_for_long_is_replaced_and_the_substitute_is_what_is_woken()
    {
        var longest = TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(DeliveryFixture.Options.ProbeSecondsMax);
        _hub.Runs = true;
        _hub.StandsStillFor = longest;
        await _starter.EnsureRunningAsync(_hub, Stop);
        Assert.Equal(0, _hub.Starts);
        Assert.Empty(_log.Collector.GetSnapshot());

        _hub.StandsStillFor = longest + TimeSpan.FromTicks(1);
        await _starter.WakeAsync(_hub, Stop);
        Assert.Equal(["redelivery-1"], _hub.Substitutes);
        Assert.Contains("redelivery has stood still", _log.Collector.LatestRecord.Message, StringComparison.Ordinal);
        await _starter.WakeAsync(_hub, Stop);
        Assert.Equal([RedeliveryOrchestrator.InstanceIdOf(1)], _hub.Substitutes);
        Assert.Equal((0, 1), (_hub.Starts, _hub.Wakes));
    }

    /// <summary>Lets seconds pass until something is so.</summary>
    private Task PassAsync(Func<bool> isSo) => Eventually.HoldsAsync(() =>
    {
        _time.Advance(Second);
        return isSo();
    });

    /// <summary>A task hub that answers as a test says.</summary>
    private sealed class ScriptedHub(TimeProvider time) : PartialDurable
    {
        /// <summary>Since when the first instance has not moved.</summary>
        public TimeSpan StandsStillFor { get; set; }

        /// <summary>Instances that were started beside the first; they run and move.</summary>
        public List<string> Substitutes { get; } = [];

        public bool Runs { get; set; }

        public Exception? Fault { get; set; }

        /// <summary>Thrown when what runs is given the word.</summary>
        public Exception? WordFault { get; set; }

        /// <summary>No look is answered before.</summary>
        public TaskCompletionSource? Held { get; set; }

        /// <summary>How often it ends just before it is given the word, and another one runs already when it is looked at again.</summary>
        public int EndsBeforeWord { get; set; }

        public int Looks { get; private set; }

        public int Starts { get; private set; }

        public int Wakes { get; private set; }

        public int RefusedWakes { get; private set; }

        private bool _hasJustEnded;

        public override async Task<OrchestrationMetadata?> GetInstancesAsync(
            string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
        {
            if (instanceId != RedeliveryOrchestrator.InstanceId)
                return Substitutes.Contains(instanceId) ? Metadata(instanceId, OrchestrationRuntimeStatus.Running, default) : null;
            Looks++;
            if (Held is { } held)
                await held.Task;
            if (Fault is { } fault)
                throw fault;
            var runs = Runs && !_hasJustEnded;
            _hasJustEnded = false;
            var status = runs ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Completed;
            return Metadata(instanceId, status, StandsStillFor);
        }

        private OrchestrationMetadata Metadata(string instanceId, OrchestrationRuntimeStatus status, TimeSpan age) =>
            new(RedeliveryOrchestrator.Name, instanceId) { RuntimeStatus = status, LastUpdatedAt = time.GetUtcNow() - age };

        public override Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
                CancellationToken cancellation = default)
        {
            Assert.Equal(RedeliveryOrchestrator.Name, orchestratorName.Name);
            Assert.Null(input);
            if (options!.InstanceId != RedeliveryOrchestrator.InstanceId)
            {
                Substitutes.Add(options.InstanceId!);
                return Task.FromResult(options.InstanceId!);
            }
            Starts++;
            Runs = true;
            return Task.FromResult(RedeliveryOrchestrator.InstanceId);
        }

        public override Task RaiseEventAsync(
            string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
        {
            Assert.Equal((RedeliveryOrchestrator.WakeEvent, ""), (eventName, eventPayload));
            Assert.Equal(Substitutes is [.., var last] ? last : RedeliveryOrchestrator.InstanceId, instanceId);
            if (WordFault is { } fault)
                throw fault;
            if (EndsBeforeWord > 0)
            {
                RefusedWakes++;
                _hasJustEnded = true;
                // The last time nothing runs when it is looked at again.
                Runs = --EndsBeforeWord > 0;
                throw new InvalidOperationException("It has ended.");
            }
            Wakes++;
            return Task.CompletedTask;
        }
    }
}
