using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

public sealed class IncidentTests(Browsing browsing)
{
    [Fact]
    public async Task An_outage_is_told_to_the_public_by_clicks_and_resolved_by_the_keyboard_and_the_public_reads_it()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var (page, other) = (visit.Page, await visit.TabAsync());
            await other.GotoAsync("/incidents");
            await other.IsLiveAsync();
            await page.BringToFrontAsync();
            await page.GotoAsync("/outages/bridge-i1");
            await page.Link("Tell the public").ClickAsync();
            var post = page.Form("Post a new incident");
            await Assertions.Expect(post.GetByLabel("Cross-chain bridge")).ToBeCheckedAsync();
            await Assertions.Expect(post.Locator("select[name=outage]")).ToHaveValueAsync("bridge-i1");
            await post.GetByLabel("Headline").FillAsync("Messages of the bridge come late");
            await post.GetByLabel("Text").FillAsync("We **look into** it.");
            await post.Button("Post it").ClickAsync();
            var open = page.Locator("#incidents article", new PageLocatorOptions { HasText = "Messages of the bridge come late" });
            await Assertions.Expect(open).ToContainTextAsync("investigating");
            await Assertions.Expect(other.Locator("#incidents article", new PageLocatorOptions { HasText = "Messages of the bridge come late" })).ToBeVisibleAsync(); // without a reload

            var url = await open.GetByRole(AriaRole.Link).First.GetAttributeAsync("href");
            visit.Expect("was answered with 404"); // until its page is made
            visit.Expect("Failed to load resource");
            var reader = await visit.TabAsync();
            await visit.ReadsAsync(reader, new Uri(url!).AbsolutePath, "look into");
            await Assertions.Expect(reader.Locator("body")).Not.ToContainTextAsync("bridge-i1");

            await page.BringToFrontAsync();
            await visit.EnterAsync(open.Link("Go on with it"));
            var update = page.Form("Say how an incident goes on");
            await visit.WriteAsync(update.GetByLabel("Text"), "All messages are there.");
            await visit.ChooseAsync(update.GetByLabel("Phase"), "resolved");
            await visit.EnterAsync(update.Button("Post the update"));
            await Assertions.Expect(page.Locator("#past-incidents article", new PageLocatorOptions { HasText = "Messages of the bridge come late" })).ToContainTextAsync("All messages are there.");
            await Assertions.Expect(other.Locator("#past-incidents article", new PageLocatorOptions { HasText = "Messages of the bridge come late" })).ToBeVisibleAsync();
            await visit.ReadsAsync(reader, new Uri(url!).AbsolutePath, "All messages are there.");
        });
    }
}
