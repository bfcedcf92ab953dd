using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Response.Mail;
using Nines.Testing;
using NodaTime;

namespace Nines.Response.Tests.Mail;

public sealed class MessageWriterTests
{
    private static readonly MailMessage Plain = new()
    {
        From = MailAddress.Parse("Nines <status@example.org>"), To = MailAddress.Parse("alice@example.org"), Subject = "s", Text = "t", Id = "one", Date = Instant.FromUtc(2026, 11, 21, 14, 0, 5),
    };

    [Fact]
    public async Task Whatever_is_written_is_read_back_by_a_parser_that_is_not_ours()
    {
        Assert.SkipWhen(PythonMail.IsMissing, "python3 is not installed");
        var written = new List<MailMessage>();
        Prop.ForAll(Messages().ToArbitrary(), message =>
        {
            var octets = MessageWriter.Write(message);
            Assert.All(Encoding.UTF8.GetString(octets).Split("\r\n"), line => Assert.True(line.Length <= 998 && !line.Contains('\n', StringComparison.Ordinal) && !line.Contains('\r', StringComparison.Ordinal)));
            Assert.True(Ascii.IsValid(octets));
            written.Add(message);
        }).Check(SameDraws.Config.WithMaxTest(300).WithQuietOnSuccess(true));
        var read = await PythonMail.ReadAsync([.. written.Select(MessageWriter.Write)]);
        foreach (var (message, mail) in written.Zip(read))
        {
            Assert.Empty(mail.Defects);
            Assert.InRange(mail.Longest, 1, 999);
            Assert.Equal(message.Subject, mail.Headers["Subject"]);
            Assert.Equal((message.To.Name ?? "", message.To.Mailbox), (mail.ToName, mail.ToAddress));
            Assert.Equal(Canonical(message.Text), Canonical(mail.Text!));
            Assert.Equal(message.Html is { } html ? Canonical(html) : null, mail.Html is { } part ? Canonical(part) : null);
            Assert.Equal(9 + (message.ReplyTo is null ? 0 : 1) - (message.Html is null ? 0 : 1), mail.Count); // one header more or less would have come from a text
        }
    }

    [Theory]
    [InlineData("a\r\nBcc: eve@example.org")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\u0085b")]
    [InlineData("a\u2028b")]
    public void A_header_cannot_become_two(string subject) => Assert.Throws<ArgumentException>(() => MessageWriter.Write(Plain with { Subject = subject }));

    [Fact]
    public void A_header_with_half_a_character_is_refused() => Assert.Throws<ArgumentException>(() => MessageWriter.Write(Plain with { Subject = "half " + '\ud800' }));

    [Theory]
    [InlineData("a>b")]
    [InlineData("")]
    [InlineData("a\r\nX: y")]
    public void An_id_cannot_break_its_header(string id) => Assert.Throws<ArgumentException>(() => MessageWriter.Write(Plain with { Id = id }));

    [Fact]
    public void The_head_says_who_when_and_how_to_leave()
    {
        var text = Encoding.UTF8.GetString(MessageWriter.Write(Plain with
        {
            Unsubscribe = new Uri("https://status.example.org/leave?token=ü"), ListId = "status.example.org", Language = "de", ReplyTo = MailAddress.Parse("Müller, Jörg <ops@example.org>"),
        }));
        Assert.Equal("""
            Date: Sat, 21 Nov 2026 14:00:05 +0000
            From: Nines <status@example.org>
            To: alice@example.org
            Reply-To: =?utf-8?B?TcO8bGxlciwgSsO2cmc=?= <ops@example.org>
            Subject: s
            Message-ID: <one@example.org>
            Auto-Submitted: auto-generated
            Content-Language: de
            List-Id: <status.example.org>
            List-Unsubscribe: <https://status.example.org/leave?token=%C3%BC>
            List-Unsubscribe-Post: List-Unsubscribe=One-Click
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            t

            """.ReplaceLineEndings("\r\n"), text);
    }

    [Theory]
    [InlineData("alice@example.org", "alice@example.org")]
    [InlineData("  Alice@Example.ORG ", "Alice@example.org")]
    [InlineData("\"Doe, Jane\" <jane.doe+x@example.org>", "jane.doe+x@example.org")]
    [InlineData("bob@Bücher.example", "bob@xn--bcher-kva.example")]
    [InlineData("a@[127.0.0.1]", "a@[127.0.0.1]")]
    [InlineData("a@[IPv6:::1]", "a@[IPv6:::1]")]
    [InlineData("用户@example.org", "用户@example.org")]
    public void An_address_is_read_and_its_domain_is_in_A_labels(string text, string mailbox) => Assert.Equal(mailbox, MailAddress.Parse(text).Mailbox);

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@example.org")]
    [InlineData("a@")]
    [InlineData("a b@example.org")]
    [InlineData("a..b@example.org")]
    [InlineData(".a@example.org")]
    [InlineData("a@exa mple.org")]
    [InlineData("a@-example.org")]
    [InlineData("a@example..org")]
    [InlineData("a@10.0.0.1")]
    [InlineData("a@[300.0.0.1]")]
    [InlineData("a@[fe80::1%eth0]")]
    [InlineData("a@example.org\r\nBcc: b@example.org")]
    [InlineData("a@example.org>\r\nRCPT TO:<b@example.org")]
    [InlineData("<a@example.org")]
    [InlineData("x\r\ny <a@example.org>")]
    [InlineData("\"a b\"@example.org")]
    [InlineData("a@b@example.org,c@example.org")]
    [InlineData("a\u00a0b@example.org")]
    public void What_is_no_address_is_refused(string text) => Assert.False(MailAddress.TryParse(text, out _));

    [Fact]
    public void No_text_that_is_read_as_an_address_can_end_a_command()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            foreach (var candidate in (string[])[text.Get, $"{text.Get}@example.org", $"a@{text.Get}", $"{text.Get}<a@example.org>"])
                if (MailAddress.TryParse(candidate, out var address))
                    Assert.False(address.Mailbox.Any(c => char.IsControl(c) || c is ' ' or '<' or '>' or ',' or '"' or '\\') || address.Name?.Any(char.IsControl) == true);
        }).Check(SameDraws.Config.WithMaxTest(2_000).WithQuietOnSuccess(true));
    }

    private static string Canonical(string text)
    {
        var lines = text.ReplaceLineEndings("\n");
        return lines.EndsWith('\n') ? lines : lines + "\n";
    }

    private static Gen<MailMessage> Messages()
    {
        string[] pieces = [".", "..", "From ", "=", "=3D", "=?utf-8?B?YQ==?=", " ", "  ", "\t", "ü", "日本語", "😀", "word", ",", "\"", "<", ">", "&", new string('x', 90), "ﬁ", "é"];
        var line = Gen.Elements(pieces).ListOf().Select(parts => string.Concat(parts));
        var text = line.ListOf().Select(lines => string.Join("\n", lines));
        var subject = Gen.Elements([.. pieces.Where(piece => piece != "\t")]).ListOf().Select(parts => string.Concat(parts)).Select(whole => whole.Length > 200 ? "cut" : whole);
        var name = Gen.Elements("Alice", "Müller, Jörg", "日本", "a \" b", "x; y", "Q (comment)").Select(shown => (string?)shown);
        return
            from head in subject
            from plain in text
            from html in Gen.OneOf(Gen.Constant<string?>(null), text.Select(some => (string?)some))
            from shown in Gen.OneOf(Gen.Constant<string?>(null), name)
            from reply in Gen.Elements(true, false)
            select Plain with
            {
                Subject = head, Text = plain, Html = html, To = MailAddress.Parse(shown is null ? "a.b+c@example.org" : $"{shown} <a.b+c@example.org>"), ReplyTo = reply ? MailAddress.Parse("r@example.org") : null,
            };
    }
}
