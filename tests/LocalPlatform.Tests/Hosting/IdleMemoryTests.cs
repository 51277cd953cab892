using LocalPlatform.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Tests.Hosting;

public sealed class IdleMemoryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly IdleMemory _memory;
    private long _allocated;
    private int _given;

    public IdleMemoryTests() => _memory = new IdleMemory(_time, () => Volatile.Read(ref _allocated), () => Interlocked.Increment(ref _given));

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void What_a_burst_needed_is_given_back_once_when_it_is_over()
    {
        Pass(IdleMemory.WorthBytes);
        Assert.Equal(0, _given);

        Pass(IdleMemory.IdleBytes - 1);
        Pass(IdleMemory.IdleBytes - 1);
        Assert.Equal(1, _given);

        Pass(IdleMemory.WorthBytes);
        Pass(0);
        Assert.Equal(2, _given);
    }

    [Fact]
    public void While_there_is_work_and_after_little_nothing_is_collected()
    {
        Pass(IdleMemory.WorthBytes - 1);
        Pass(0);
        Assert.Equal(0, _given);

        for (var i = 0; i < 20; i++)
            Pass(IdleMemory.IdleBytes);
        Assert.Equal(0, _given);
    }

    [Fact]
    public void What_the_start_gave_back_is_not_given_back_again()
    {
        _allocated = IdleMemory.WorthBytes;
        _memory.GiveBack();
        Pass(IdleMemory.IdleBytes);
        Pass(0);
        Assert.Equal(1, _given);
    }

    [Fact]
    public async Task It_looks_every_now_and_then()
    {
        await _memory.StartAsync(TestContext.Current.CancellationToken);
        _allocated = IdleMemory.WorthBytes;
        await Eventually.HoldsAsync(() =>
        {
            _time.Advance(IdleMemory.Interval);
            return Volatile.Read(ref _given) == 1;
        });
        await _memory.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>So much is allocated until the next look.</summary>
    private void Pass(long bytes)
    {
        _allocated += bytes;
        _memory.Look();
    }
}
