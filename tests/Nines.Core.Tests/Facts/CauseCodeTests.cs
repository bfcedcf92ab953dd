using System.Text;
using System.Text.Json;
using Nines.Core.Facts;
using Nines.Core.Timelines;

namespace Nines.Core.Tests.Facts;

public sealed class CauseCodeTests
{
    [Fact]
    public void A_cause_that_an_older_version_wrote_is_read_without_a_code_and_written_as_it_was()
    {
        const string Old = """{"kind":"technical","because":"connection refused","roots":[]}""";
        var cause = JsonSerializer.Deserialize<Cause>(Old, FactJson.Options)!;
        Assert.Null(cause.Code);
        Assert.Equal(Old, JsonSerializer.Serialize(cause, FactJson.Options));
    }

    [Fact]
    public void A_code_is_kept_and_tells_causes_apart()
    {
        var cause = new Cause(CauseKind.Technical, "no") { Code = "reset" };
        Assert.Equal(cause, JsonSerializer.Deserialize<Cause>(JsonSerializer.Serialize(cause, FactJson.Options), FactJson.Options));
        Assert.NotEqual(cause, cause with { Code = "connection_refused" });
        Assert.Contains("\"code\":\"reset\"", Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(cause, FactJson.Options)), StringComparison.Ordinal);
    }
}
