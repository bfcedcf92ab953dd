using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>What the options mean for a session.</summary>
internal static class FixTerm
{
    public const string Version = "FIX.4.4";

    public static FixTerms Of(FixOptions options, string sender, Duration logonLimit) => new(
        Version, sender, options.TargetCompId, options.Heartbeat, (number, sendingTime) => Logon(options, sender, number, sendingTime)) { LogonLimit = logonLimit };

    public static string SenderOf(FixOptions options, string vantagePoint) => options.SenderCompId.Replace("{vantage_point}", vantagePoint, StringComparison.Ordinal);

    /// <summary>Fields that a config gives as tag: value, in the order of their tags.</summary>
    public static IEnumerable<FixField> Fields(ImmutableSortedDictionary<string, string> fields) =>
        fields.Select(field => new FixField(int.Parse(field.Key, CultureInfo.InvariantCulture), field.Value)).OrderBy(field => field.Tag);

    /// <summary>What is wrong with such fields; their values are never part of the message.</summary>
    public static string? MistakeIn(ImmutableSortedDictionary<string, string> fields)
    {
        foreach (var (tag, value) in fields)
        {
            if (!int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 999_999 || tag.StartsWith('0'))
                return $"'{tag}' is not a tag: write a number, such as \"8013\": S.";
            if (number == FixTag.ResetSeqNumFlag) return "141 (ResetSeqNumFlag) is never sent: it would throw away the numbers of whoever else uses the session. Where the venue begins each Logon at 1, give numbers: each_logon.";
            if (number is FixTag.BeginString or FixTag.BodyLength or FixTag.CheckSum or FixTag.MsgType or FixTag.SenderCompId or FixTag.TargetCompId or FixTag.MsgSeqNum or FixTag.SendingTime or FixTag.HeartBtInt or FixTag.EncryptMethod)
                return $"{number} is written by Nines itself. Leave it out.";
            if (value.Length is 0 or > 1_000 || value.Any(c => c is < ' ' or > '\u00FF')) return $"the value of {number} is empty, longer than 1,000 characters, or has characters that FIX does not.";
        }
        return null;
    }

    private static IEnumerable<FixField> Logon(FixOptions options, string sender, long number, string sendingTime)
    {
        List<FixField> fields = [];
        if (options.Username is { } user) fields.Add(new(FixTag.Username, user));
        if (options.Password is { } password) fields.Add(new(FixTag.Password, password));
        fields.AddRange(Fields(options.LogonFields));
        if (options.Sign is { } sign)
        {
            FixField[] head =
            [
                new(FixTag.MsgType, FixType.Logon), new(FixTag.SenderCompId, sender), new(FixTag.TargetCompId, options.TargetCompId),
                new(FixTag.MsgSeqNum, number.ToString(CultureInfo.InvariantCulture)), new(FixTag.SendingTime, sendingTime),
            ];
            var over = string.Join('\u0001', sign.Over.Select(tag => head.Concat(fields).FirstOrDefault(field => field.Tag == tag).Value ?? ""));
            var key = sign.KeyIsBase64 ? Convert.FromBase64String(sign.Key) : Encoding.UTF8.GetBytes(sign.Key);
            var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.Latin1.GetBytes(over)));
            fields.AddRange([new(FixTag.RawDataLength, signature.Length.ToString(CultureInfo.InvariantCulture)), new(FixTag.RawData, signature)]);
        }
        return fields;
    }
}
