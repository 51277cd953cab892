using System.Text;
using System.Text.Json;

namespace LocalPlatform.Functions;

/// <summary>The body of a message as the type of the trigger's parameter.</summary>
internal static class MessageBody
{
    /// <exception cref="JsonException">The body is not JSON of that type.</exception>
    public static object? As(Type type, byte[] body)
    {
        if (type == typeof(string))
            return Encoding.UTF8.GetString(body);
        if (type == typeof(byte[]))
            return body;
        return type == typeof(BinaryData) ? BinaryData.FromBytes(body) : JsonSerializer.Deserialize(body, type, PayloadJson.Options);
    }

    /// <summary>The bodies of a batch as an array of <paramref name="element"/>.</summary>
    public static Array AsArray(Type element, IReadOnlyList<byte[]> bodies)
    {
        var array = Array.CreateInstance(element, bodies.Count);
        for (var i = 0; i < bodies.Count; i++)
            array.SetValue(As(element, bodies[i]), i);
        return array;
    }
}
