using System.Text;
using CoreNode.Api;

namespace CoreNode.Tests.Api;

[TestFixture, Category("Unit")]
internal sealed class GoPathTests
{
    [TestCase("/a/b", "/a/b")]
    [TestCase("/a/b/", "/a/b/")]
    [TestCase("/", "/")]
    [TestCase("", "/")]
    [TestCase("a", "/a")]
    [TestCase("//a///b", "/a/b")]
    [TestCase("/a//", "/a/")]
    [TestCase("/a/./b/.", "/a/b")]
    [TestCase("/a/../b", "/b")]
    [TestCase("/../../etc", "/etc")]
    [TestCase("/a/..", "/")]
    [TestCase("/a/b/../", "/a/")]
    [TestCase("/...", "/...")]
    [TestCase("/.a/..b", "/.a/..b")]
    public void Paths_are_cleaned_as_ServeMux_does(string path, string clean) =>
        Assert.That(Encoding.UTF8.GetString(GoPath.Clean(Encoding.UTF8.GetBytes(path))), Is.EqualTo(clean));

    [TestCase("/a/b", true)]
    [TestCase("/a/b/", true)]
    [TestCase("/a//b", false)]
    [TestCase("/a/./b", false)]
    [TestCase("/a/..", false)]
    [TestCase("", false)]
    [TestCase("a", false)]
    public void A_path_that_may_need_cleaning_is_noticed(string path, bool isClean) =>
        Assert.That(GoPath.LooksClean(Encoding.UTF8.GetBytes(path)), Is.EqualTo(isClean));

    [TestCase("/a%2Fb", "/a/b")]
    [TestCase("/a+b%20c%25", "/a+b c%")]
    [TestCase("%e2%82%AC", "€")]
    [TestCase("/x%00y", "/x\0y")]
    [TestCase("/plain", "/plain")]
    public void Escapes_are_decoded(string path, string decoded)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        int length = GoPath.Unescape(bytes);
        Assert.That(Encoding.UTF8.GetString(bytes, 0, length), Is.EqualTo(decoded));
    }

    [TestCase("/%zz")]
    [TestCase("/%")]
    [TestCase("/%4")]
    [TestCase("/%4g")]
    [TestCase("/%%41")]
    public void Malformed_escapes_are_refused(string path) =>
        Assert.That(GoPath.Unescape(Encoding.UTF8.GetBytes(path)), Is.EqualTo(-1));

    [Test]
    public void A_redirect_escapes_the_path_and_keeps_the_query()
    {
        (string location, byte[] html) = GoRedirect.Make("/a b&'\"<é~$+,:;=@!*"u8, "x=%2F&y='é"u8);
        Assert.Multiple(() =>
        {
            Assert.That(location,
                Is.EqualTo("/a%20b&%27%22%3C%C3%A9~$+,:;=@%21%2A?x=%2F&y='%c3%a9"));
            Assert.That(Encoding.UTF8.GetString(html), Is.EqualTo(
                "<a href=\"/a%20b&amp;%27%22%3C%C3%A9~$+,:;=@%21%2A?x=%2F&amp;y=&#39;é\">Moved Permanently</a>.\n\n"));
        });
    }
}
