using Commerce.Shared.Delivery;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>What an instance tells of its circuit breaker: its own state, for as long as it is there.</summary>
public sealed class BreakerReportTests : IAsyncLifetime
{
    private DeliveryFixture _fixture = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _fixture = await DeliveryFixture.CreateAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Each_instance_tells_of_its_own_and_takes_that_along_when_it_goes()
    {
        var neighbour = _fixture.Neighbour();
        foreach (var instance in (DeliveryFixture[])[_fixture, neighbour])
            instance.Report.Open(instance.Time.GetUtcNow(), TimeSpan.FromSeconds(2), "away");
        await Eventually.HoldsAsync(async () => (await OpenAsync()).Count == 2);

        await neighbour.Report.DisposeAsync();

        Assert.Single(await OpenAsync());
    }

    [Fact]
    public async Task An_instance_is_not_gone_before_its_report_is()
    {
        _fixture.Report.Open(_fixture.Time.GetUtcNow(), TimeSpan.FromSeconds(2), "away");
        using var released = new ManualResetEventSlim();
        _fixture.Database.Before = request =>
        {
            if (request.Method == HttpMethod.Delete)
                released.Wait(Stop);
        };

        var end = _fixture.Report.DisposeAsync().AsTask();

        Assert.False(end.IsCompleted);
        released.Set();
        await end;
        Assert.Empty(await OpenAsync());
    }

    [Fact]
    public async Task A_breaker_that_never_opened_writes_nothing()
    {
        var requests = 0;
        _fixture.Database.Before = _ => Interlocked.Increment(ref requests);

        _fixture.Report.Close();
        await _fixture.Report.DisposeAsync();

        Assert.Equal(0, requests);
    }

    private Task<List<OpenBreaker>> OpenAsync() => _fixture.Store.OpenBreakersAsync(Stop);
}
