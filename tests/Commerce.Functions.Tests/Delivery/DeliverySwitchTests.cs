using Commerce.Functions.Tests.Support;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>What operators have ordered and the platform has asked for, while the store or a neighbour has its own mind.</summary>
public sealed class DeliverySwitchTests : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private DeliveryFixture _fixture = null!;
    private int _writes;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _fixture = await DeliveryFixture.CreateAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task While_the_store_does_not_answer_the_last_order_holds_and_a_pause_of_the_platform_is_kept_here()
    {
        await _fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        _fixture.Database.Before = static _ => throw TestDatabase.IsAway;
        var until = _fixture.Time.GetUtcNow() + Minute;

        await _fixture.Switch.PauseUntilAsync(until);

        Assert.Single(_fixture.Logged("the platform wants a pause could not be stored"));
        var control = await _fixture.Switch.GetAsync(Stop);
        Assert.Equal((true, until), (control.IsPaused, control.PausedByPlatformUntil));
    }

    [Fact]
    public async Task Whether_deliveries_are_paused_is_read_or_the_last_answer_holds()
    {
        _fixture.Database.Before = static _ => throw TestDatabase.IsAway;
        await Assert.ThrowsAnyAsync<Exception>(() => _fixture.Switch.RefreshAsync(Stop));

        _fixture.Database.Before = null;
        await _fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        _fixture.Database.After = static _ => throw TestDatabase.IsAway;

        Assert.True((await _fixture.Switch.RefreshAsync(Stop)).IsPaused);
        Assert.Single(_fixture.Logged("could not be read; the last answer holds"));
    }

    [Fact]
    public async Task A_longer_pause_that_another_instance_was_asked_for_is_not_shortened()
    {
        var (now, neighbour) = (_fixture.Time.GetUtcNow(), _fixture.Neighbour(_fixture.Time));
        await _fixture.Switch.RefreshAsync(Stop);
        await neighbour.Switch.PauseUntilAsync(now + 10 * Minute);

        await _fixture.Switch.PauseUntilAsync(now + Minute);

        Assert.Equal(now + 10 * Minute, (await _fixture.Switch.RefreshAsync(Stop)).PausedByPlatformUntil);
    }

    /// <summary>Many events are answered so at once.</summary>
    [Fact]
    public async Task Pauses_of_about_the_same_end_are_written_once()
    {
        var until = _fixture.Time.GetUtcNow() + Minute;
        await _fixture.Switch.PauseUntilAsync(until);
        _fixture.Database.Before = request => _writes += request.Method == HttpMethod.Get ? 0 : 1;

        await _fixture.Switch.PauseUntilAsync(until);
        await _fixture.Switch.PauseUntilAsync(until + TimeSpan.FromSeconds(1));
        Assert.Equal(0, _writes);

        await _fixture.Switch.PauseUntilAsync(until + TimeSpan.FromSeconds(2));
        Assert.Equal(1, _writes);
        Assert.Equal(until + TimeSpan.FromSeconds(2), (await _fixture.Switch.RefreshAsync(Stop)).PausedByPlatformUntil);
    }
}
