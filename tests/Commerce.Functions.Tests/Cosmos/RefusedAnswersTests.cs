using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Delivery;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Cosmos;

/// <summary>What the store refuses for another reason than a guard is a fault: neither absence nor a lost race.</summary>
public sealed class RefusedAnswersTests(TestStore store) : IClassFixture<TestStore>
{
    private static readonly PartitionKey Key = new(DeliveryControl.DocumentId);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    public async Task An_answer_that_is_no_refusal_of_a_guard_is_a_fault(HttpStatusCode status)
    {
        using var refusing = new Refusing(status);
        await using var process = store.NewProcess(refusing);
        var container = process.GetRequiredService<CommerceDatabase>()[CommerceDatabase.Deliveries];
        var control = new DeliveryControl();
        // So that the client has all that it asks for once.
        await container.FindAtPrimaryAsync<DeliveryControl>(DeliveryControl.DocumentId, Key, Stop);
        refusing.IsOn = true;

        Func<Task>[] calls =
        [
            () => container.FindAtPrimaryAsync<DeliveryControl>(DeliveryControl.DocumentId, Key, Stop),
            () => container.PeekAsync<DeliveryControl>(DeliveryControl.DocumentId, Key, Stop),
            () => container.TryCreateAsync(control, Key, Stop),
            () => container.TryWriteAsync(control, Key, Stop),
            () => container.TryWriteAsync(control with { ETag = "\"1\"" }, Key, Stop),
            () => container.TryPatchAsync<DeliveryControl>(control.Id, Key, [PatchOperation.Set("/shard", "x")], new()),
            () => container.UpsertAsync(control, Key),
            () => container.DeleteAsync(control.Id, Key, Stop),
        ];

        foreach (var call in calls)
            Assert.Equal(status, (await Assert.ThrowsAnyAsync<CosmosException>(call)).StatusCode);
    }

    private sealed class Refusing(HttpStatusCode status) : DelegatingHandler
    {
        public bool IsOn { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            IsOn && request.RequestUri!.AbsolutePath.Contains("/docs", StringComparison.Ordinal)
                ? new HttpResponseMessage(status)
                {
                    RequestMessage = request,
                    Content = new StringContent("""{"code":"Refused","message":"refused"}"""),
                }
                : await base.SendAsync(request, cancellationToken);
    }
}
