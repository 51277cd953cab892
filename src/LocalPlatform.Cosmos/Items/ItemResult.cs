using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Protocol;

namespace LocalPlatform.Cosmos.Items;

/// <summary>What one operation on one document came to. A refusal is a value, not an exception.</summary>
internal sealed record ItemResult(int Status, StoredDocument? Document, double RequestCharge, Refusal? Refusal = null)
{
    public static readonly ItemResult NotFound = Refused(Refusal.NotFound);

    public static readonly ItemResult Conflict = Refused(Refusal.Conflict);

    public static readonly ItemResult PreconditionFailed = Refused(Refusal.PreconditionFailed);

    public bool IsSuccess => Status is >= 200 and < 300;

    public static ItemResult Refused(Refusal refusal) => new(refusal.Status, null, RequestCharges.Refusal, refusal);
}
