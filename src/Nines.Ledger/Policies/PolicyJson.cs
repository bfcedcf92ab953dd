using System.Text.Json;
using Nines.Core.Facts;

namespace Nines.Ledger.Policies;

/// <summary>A policy as the journal keeps it, within the config that it came with: whoever replays the journal has it too.</summary>
public static class PolicyJson
{
    public static void Write(Utf8JsonWriter json, Policy policy) => JsonSerializer.Serialize(json, policy, FactJson.Options);

    /// <returns>Null for one that a newer Nines wrote in a form that this one does not know: it is then not among those to choose from.</returns>
    public static Policy? Read(JsonElement json)
    {
        try
        {
            return json.Deserialize<Policy>(FactJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
