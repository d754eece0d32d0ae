using System.Text;
using CoreNode.Foundation;
using CoreNode.RebootLock.Model;

namespace CoreNode.Tests.RebootLock.Model;

/// <summary>The semaphore's value against what locksmith 0.6 writes.</summary>
[TestFixture, Category("Unit")]
internal sealed class SemaphoreValueTests
{
    [Test]
    public void It_is_written_as_locksmith_writes_it()
    {
        SemaphoreValue value = SemaphoreValue.Initial;
        List<string> texts = [SemaphoreJson.Write(value)];
        value = value.With("m-bbb");
        texts.Add(SemaphoreJson.Write(value));
        value = value.WithMax(0);
        texts.Add(SemaphoreJson.Write(value));
        value = value.WithMax(4).With("m-ccc").With("m-aaa");
        texts.Add(SemaphoreJson.Write(value));
        value = value.Without("m-bbb").Without("m-aaa").Without("m-ccc");
        texts.Add(SemaphoreJson.Write(value));
        Assert.That(texts, Is.EqualTo(new[]
        {
            """{"semaphore":1,"max":1,"holders":null}""",
            """{"semaphore":0,"max":1,"holders":["m-bbb"]}""",
            """{"semaphore":-1,"max":0,"holders":["m-bbb"]}""",
            """{"semaphore":1,"max":4,"holders":["m-aaa","m-bbb","m-ccc"]}""",
            """{"semaphore":4,"max":4,"holders":[]}""",
        }));
    }

    [TestCase("""{"semaphore":1,"max":1,"holders":null}""")]
    [TestCase("""{"semaphore":4,"max":4,"holders":[]}""")]
    [TestCase("""{"semaphore":-1,"max":0,"holders":["m-bbb"]}""")]
    [TestCase("""{"semaphore":0,"max":2,"holders":["a","b"]}""")]
    [TestCase("""{"semaphore":0,"max":1,"holders":["\u003ca\u0026b\u003e \"q\" \\ \n\r\t\u0008\u000c\u2028"]}""")]
    [TestCase("""{"semaphore":0,"max":2,"holders":["ｚ","😀"]}""")]
    public void What_was_read_is_written_again_byte_for_byte(string text)
    {
        SemaphoreValue? value = SemaphoreJson.Read(text, out string problem);
        Assert.That(value, Is.Not.Null, problem);
        Assert.That(SemaphoreJson.Write(value!), Is.EqualTo(text));
    }

    [TestCase("", "no JSON")]
    [TestCase("1", "no object")]
    [TestCase("{}", "not both whole numbers")]
    [TestCase("""{"semaphore":1,"holders":null}""", "not both whole numbers")]
    [TestCase("""{"semaphore":1.5,"max":1,"holders":null}""", "not both whole numbers")]
    [TestCase("""{"semaphore":99999999999,"max":99999999999,"holders":null}""", "not both whole numbers")]
    [TestCase("""{"semaphore":1,"max":1,"holders":{}}""", "no list of ids")]
    [TestCase("""{"semaphore":0,"max":1,"holders":[7]}""", "no list of ids")]
    [TestCase("""{"semaphore":0,"max":1,"holders":[""]}""", "no list of ids")]
    [TestCase("""{"semaphore":0,"max":1,"holders":["\ud800"]}""", "half a character")]
    [TestCase("""{"semaphore":1,"max":1,"holders":null,"owner":"x"}""", "\"owner\" is not known")]
    [TestCase("""{"semaphore":1,"max":1,"holders":["a"]}""", "not \"max\" less the holders")]
    [TestCase("""{"semaphore":0,"max":2,"holders":["b","a"]}""", "not in order")]
    [TestCase("""{"semaphore":0,"max":2,"holders":["a","a"]}""", "there twice")]
    [TestCase("""{"semaphore":1,"max":1,"holders":null}x""", "no JSON")]
    public void Anything_else_is_refused(string text, string reason)
    {
        Assert.That(SemaphoreJson.Read(text, out string problem), Is.Null);
        Assert.That(problem, Does.Contain(reason));
    }

    [Test]
    public void Whatever_is_read_adds_up_and_is_written_the_same_again()
    {
        const string letters = "0123456789-\"\\{}[]:,abnu\ud83d\n ";
        Prng chance = new(53);
        string[] seeds =
        [
            """{"semaphore":1,"max":1,"holders":null}""", """{"semaphore":-1,"max":1,"holders":["a","b"]}""",
            """{"holders":["\u003c","\ud83d\ude00"],"max":3,"semaphore":1}""",
        ];
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            StringBuilder text = new(seeds[chance.Next(seeds.Length)]);
            for (int changes = chance.Next(4); changes > 0; changes--)
                text[chance.Next(text.Length)] = letters[chance.Next(letters.Length)];
            if (SemaphoreJson.Read(text.ToString(), out _) is not { } value)
                continue;
            read++;
            string written = SemaphoreJson.Write(value);
            Assert.That(value.Free, Is.EqualTo(value.Max - value.Holders.Count), text.ToString());
            Assert.That(value.Holders, Is.Unique, text.ToString());
            Assert.That(SemaphoreJson.Write(SemaphoreJson.Read(written, out _)!), Is.EqualTo(written));
            SemaphoreValue more = value.WithMax(value.Holders.Count + 1).With("m");
            Assert.That(more.Without("m").Holders, Is.EqualTo(value.Without("m").Holders));
        }

        Assert.That(read, Is.GreaterThan(1000));
    }

    [Test]
    public void Holders_are_sorted_by_their_bytes()
    {
        // U+FF5A is EF BD 9A in UTF-8, U+1F600 is F0 9F 98 80; as UTF-16 units it would be the other way round.
        SemaphoreValue value = SemaphoreValue.Initial.WithMax(9).With("😀").With("ｚ").With("Z").With("a").With("aa");
        Assert.That(value.Holders, Is.EqualTo(new[] { "Z", "a", "aa", "ｚ", "😀" }));
        foreach (string one in value.Holders)
            Assert.That(value.Holds(one), Is.True, one);
        Assert.That(value.With("a"), Is.SameAs(value));
        Assert.That(value.Without("b"), Is.SameAs(value));
        Assert.That(value.Free, Is.EqualTo(4));
    }
}
