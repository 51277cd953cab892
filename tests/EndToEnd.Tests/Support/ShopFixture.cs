using EndToEnd.Tests.Support;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(ShopFixture))]
// Most of these tests' time is spent waiting for shops, which are other processes, and for what they do only now and then.
[assembly: Parallelization(MaxThreads = 4)]

namespace EndToEnd.Tests.Support;

/// <summary>One shop for all tests that disturb nobody else: each uses users and products of its own.</summary>
public sealed class ShopFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ShopProcess? _process;
    private ShopClient? _client;

    public ShopClient Shop => _client!;

    public ShopProcess Process => _process!;

    public async ValueTask InitializeAsync()
    {
        _process = await ShopProcess.StartAsync(_folder.Path, ShopProcess.LivesLong);
        _client = new ShopClient(_process.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }
}
