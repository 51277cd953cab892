using Azure.Identity;
using Commerce.Functions.Cosmos;

namespace Commerce.Functions.Tests.Cosmos;

/// <summary>In the first seconds of an instance its identity may get no token; the SDK hands that on as it is.</summary>
public sealed class NoTokenTests
{
    [Fact]
    public async Task A_call_without_a_token_is_made_again()
    {
        var calls = 0;
        var answer = await TransientFaults.RetryAsync(() =>
            ++calls < 3 ? Task.FromException<string>(new AuthenticationFailedException("none yet")) : Task.FromResult("read"));
        Assert.Equal((3, "read"), (calls, answer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_a_fault_of_the_store_and_not_of_an_event(bool isOfStore)
    {
        Exception fault = isOfStore ? new CredentialUnavailableException("none yet") : new InvalidOperationException("a bug");
        Assert.Equal(isOfStore, fault.IsOfStore());
    }
}
