using System.Text;
using CoreNode.Api;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

[TestFixture, Category("Unit")]
internal sealed class KeyParametersTests
{
    // Each line has the mistake of its own step and of all steps after it: the first one in etcd's order is answered.
    private static readonly string[] s_mistakes =
    [
        "prevIndex=x", "waitIndex=x", "recursive=x", "sorted=x", "wait=x", "dir=x", "quorum=x", "stream=x",
        "prevValue=", "noValueOnSuccess=x", "ttl=x", "prevExist=x", "refresh=x",
    ];

    private static readonly string[] s_answers =
    [
        "203 invalid value for \"prevIndex\"",
        "203 invalid value for \"waitIndex\"",
        "209 invalid value for \"recursive\"",
        "209 invalid value for \"sorted\"",
        "209 invalid value for \"wait\"",
        "209 invalid value for \"dir\"",
        "209 invalid value for \"quorum\"",
        "209 invalid value for \"stream\"",
        "201 \"prevValue\" cannot be empty",
        "209 invalid value for \"noValueOnSuccess\"",
        "202 invalid value for \"ttl\"",
        "209 invalid value for prevExist",
        "209 invalid value for refresh",
    ];

    private delegate void Look(in KeyParameters parameters);

    [Test]
    public void Of_several_mistakes_the_first_in_etcds_order_is_answered([Range(0, 12)] int step)
    {
        string query = string.Join('&', s_mistakes.Skip(step).Reverse());
        Assert.That(Error("PUT", query, ""), Is.EqualTo(s_answers[step]));
    }

    [TestCase("PUT", "a=b;c&prevIndex=x", "", "210 invalid semicolon separator in query")]
    [TestCase("PUT", "prevIndex=%4", "", "210 invalid URL escape \"%4\"")]
    [TestCase("PUT", "%zzz=1", "", "210 invalid URL escape \"%zz\"")]
    [TestCase("PUT", "a=%zz&b;c", "", "210 invalid semicolon separator in query")]
    [TestCase("PUT", "b;c&a=%zz", "", "210 invalid semicolon separator in query")]
    [TestCase("PUT", "a=%aa&b=%bg&c=%zz", "", "210 invalid URL escape \"%bg\"")]
    [TestCase("PUT", "a;b", "value=%xx", "210 invalid URL escape \"%xx\"")]
    [TestCase("PUT", "wait=true", "", "209 \"wait\" can only be used with GET requests")]
    [TestCase("HEAD", "wait=1", "", "209 \"wait\" can only be used with GET requests")]
    [TestCase("PUT", "wait=true&prevValue=", "", "209 \"wait\" can only be used with GET requests")]
    [TestCase("PUT", "refresh=true&value=x", "", "211 A value was provided on a refresh")]
    [TestCase("PUT", "refresh=true&value=", "", "212 No TTL value set")]
    [TestCase("PUT", "refresh=true&ttl=", "", "212 No TTL value set")]
    [TestCase("PUT", "prevIndex=", "", "203 invalid value for \"prevIndex\"")]
    [TestCase("PUT", "prevIndex=-1", "", "203 invalid value for \"prevIndex\"")]
    [TestCase("GET", "recursive", "", "209 invalid value for \"recursive\"")]
    [TestCase("PUT", "ttl=1.5", "", "202 invalid value for \"ttl\"")]
    [TestCase("PUT", "ttl=18446744073709551616", "", "202 invalid value for \"ttl\"")]
    public void Mistakes_have_etcds_code_and_cause(string method, string query, string form, string answer) =>
        Assert.That(Error(method, query, form), Is.EqualTo(answer));

    [Test]
    public void The_forms_error_comes_before_everything()
    {
        KeyError? error = KeyParameters.Parse("PUT", "prevIndex=x"u8, default, "too large", new byte[99], out _);
        Assert.That(Encoding.UTF8.GetString(error!.Cause.Span), Is.EqualTo("too large"));
    }

    [Test]
    public void The_form_beats_the_query_and_the_first_of_several_counts() =>
        Parse("PUT", "value=q&ttl=7&ttl=abc", "value=b%20+c&value=d&dir=t", (in KeyParameters p) =>
        {
            Assert.That(Encoding.UTF8.GetString(p.Value), Is.EqualTo("b  c"));
            Assert.That(p.Ttl, Is.EqualTo(7ul));
            Assert.That(p.IsDirectory, Is.True);
        });

    [Test]
    public void Unknown_names_and_other_spellings_are_passed_over() =>
        Parse("PUT", "PREVEXIST=x&Value=x&=x&&consistent=x&v%61lue=y", "", (in KeyParameters p) =>
        {
            Assert.That(Encoding.UTF8.GetString(p.Value), Is.EqualTo("y"));
            Assert.That(p.PreviousExists, Is.Null);
        });

    [Test]
    public void Everything_given_is_found() => Parse(
        "PUT",
        "recursive=1&dir=T&quorum=true&stream=True&prevExist=false&prevIndex=7&waitIndex=9&noValueOnSuccess=t",
        "value=%ff%00&prevValue=a%3Db&refresh=false&ttl=0",
        (in KeyParameters p) =>
        {
            Assert.That(p.Value.ToArray(), Is.EqualTo(new byte[] { 0xFF, 0 }));
            Assert.That(Encoding.UTF8.GetString(p.PreviousValue), Is.EqualTo("a=b"));
            Assert.That((p.IsRecursive, p.IsDirectory, p.IsQuorum, p.IsStream), Is.EqualTo((true, true, true, true)));
            Assert.That((p.PreviousExists, p.PreviousIndex, p.WaitIndex), Is.EqualTo(((bool?)false, 7ul, 9ul)));
            Assert.That((p.NoValueOnSuccess, p.IsRefresh, p.Ttl), Is.EqualTo((true, false, (ulong?)0)));
        });

    private static string Error(string method, string query, string form)
    {
        byte[] room = new byte[query.Length + form.Length];
        KeyError? error = KeyParameters.Parse(
            method, Encoding.UTF8.GetBytes(query), Encoding.UTF8.GetBytes(form), null, room, out _);
        return error is null ? "none" : $"{(int)error.Code} {Encoding.UTF8.GetString(error.Cause.Span)}";
    }

    private static void Parse(string method, string query, string form, Look look)
    {
        byte[] room = new byte[query.Length + form.Length];
        KeyError? error = KeyParameters.Parse(
            method, Encoding.UTF8.GetBytes(query), Encoding.UTF8.GetBytes(form), null, room, out KeyParameters found);
        Assert.That(error, Is.Null);
        look(found);
    }
}
