using System.Text.Json;
using System.Text.Json.Nodes;
using LocalPlatform.Cosmos.Sql;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Patch;

/// <summary>A partial update: an optional condition and one to ten operations that apply together or not at all.</summary>
internal sealed class PatchRequest
{
    public const int OperationsMax = 10;

    private static readonly Dictionary<string, SqlValue> NoParameters = [];

    private readonly PatchOperation[] _operations;
    private readonly SqlExpression? _condition;

    private PatchRequest(PatchOperation[] operations, SqlExpression? condition)
    {
        _operations = operations;
        _condition = condition;
    }

    public bool HasCondition => _condition is not null;

    /// <summary>Reads <c>{"condition": "FROM c WHERE ...", "operations": [...]}</c>, or says what is wrong with it.</summary>
    public static PatchRequest? TryParse(ReadOnlyMemory<byte> body, out string error)
    {
        error = "The patch request is invalid: it must be a JSON object with a list of operations.";
        using var document = JsonText.TryParse(body);
        if (document is not { RootElement.ValueKind: JsonValueKind.Object }
            || !document.RootElement.TryGetProperty("operations"u8, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        var operations = new PatchOperation[list.GetArrayLength()];
        if (operations.Length is 0 or > OperationsMax)
        {
            error = $"The number of patch operations must lie between 1 and {OperationsMax}.";
            return null;
        }
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (PatchOperation.TryParse(item, index + 1, out error) is not { } operation)
                return null;
            operations[index++] = operation;
        }
        return TryParseCondition(document.RootElement, out var condition, out error) ? new PatchRequest(operations, condition) : null;
    }

    /// <summary>Whether a document, as clients see it, satisfies the condition.</summary>
    public bool ConditionHolds(JsonElement document) =>
        _condition is null || _condition.Evaluate(new SqlRow(SqlValue.Of(document), NoParameters)).IsTrue;

    /// <summary>Changes a document by all operations; answers why one of them cannot be applied, or null.</summary>
    public string? Apply(JsonObject document)
    {
        for (var i = 0; i < _operations.Length; i++)
            if (_operations[i].Apply(document) is { } error)
                return $"For Operation({i + 1}): {error} Learn more: https://aka.ms/cosmosdbpatchdocs";
        return null;
    }

    private static bool TryParseCondition(JsonElement root, out SqlExpression? condition, out string error)
    {
        condition = null;
        error = "";
        if (!root.TryGetProperty("condition"u8, out var text) || text.ValueKind == JsonValueKind.Null)
            return true;
        var query = SqlParser.TryParse("SELECT * " + text.GetString(), out error);
        condition = query?.Where;
        return query is not null;
    }
}
