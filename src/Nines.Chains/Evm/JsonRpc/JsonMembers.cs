using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>
/// The members of an object that are read, found in one pass over it: objects of the JSON-RPC have some twenty members, and asking for each
/// by its name would go through all of them each time.
/// </summary>
internal sealed class JsonMembers
{
    private readonly byte[][] _names;

    /// <param name="names">At most <see cref="Found.Most"/>; in the order in which clients send them, it goes fastest.</param>
    public JsonMembers(params string[] names)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Length, Found.Most);
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The members by their place in the list of names; those that are not there are undefined. Of two with a name, the last.</summary>
    /// <exception cref="FormatException">Not an object.</exception>
    public Found In(JsonElement json, string owner)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw EvmJson.Wrong(json, owner, "an object");
        }

        var found = default(Found);
        var next = 0;
        foreach (var member in json.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            if (name.Contains((byte)'\\'))
            {
                name = Encoding.UTF8.GetBytes(member.Name);
            }

            if (PlaceOf(name, next) is var place and >= 0)
            {
                found[place] = member.Value;
                next = place + 1;
            }
        }

        return found;
    }

    /// <param name="first">Where to look first: members come in much the same order each time.</param>
    private int PlaceOf(ReadOnlySpan<byte> name, int first)
    {
        for (var place = first; place < _names.Length; place++)
        {
            if (name.SequenceEqual(_names[place]))
            {
                return place;
            }
        }

        for (var place = 0; place < first; place++)
        {
            if (name.SequenceEqual(_names[place]))
            {
                return place;
            }
        }

        return -1;
    }

    [InlineArray(Most)]
    internal struct Found
    {
        public const int Most = 24;

        private JsonElement _first;
    }
}

/// <summary>What a member is, by the element that was found for it.</summary>
internal static class JsonMember
{
    public static bool IsThere(this JsonElement member) => member.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>The member itself; a reason when it is not there at all.</summary>
    public static JsonElement Needed(this JsonElement member, string name, string owner) =>
        member.ValueKind != JsonValueKind.Undefined ? member : throw new FormatException($"{owner} has no member \"{name}\"");
}
