using System.Text;
using System.Xml;
using CoreNode.Foundation;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Updates.Omaha;

/// <summary>The reader of small XML documents, alone and beside the one of .NET.</summary>
[TestFixture, Category("Unit")]
internal sealed class MarkupReaderTests
{
    private const string Sample =
        "<?xml version=\"1.0\"?>\n<!-- a - b --><response protocol='3.0' s=\"a&amp;b &#x41;&#9;'\">\n"
        + "  <app appid=\"{e9}\"><ping status=\"ok\"/><data>x &lt; y<![CDATA[<&]]></data></app>\n"
        + "</response>\n<?p q?>\n";

    private const string Letters = "<>/=\"'&;#x ![]-?ab1\n\t\r.lt]]>-->";

    [Test]
    public void Elements_attributes_and_references_are_read()
    {
        MarkupElement root = Read(Sample)!;
        Assert.Multiple(() =>
        {
            Assert.That(root.Name, Is.EqualTo("response"));
            Assert.That(root["s"], Is.EqualTo("a&b A\t'"));
            Assert.That(root["none"], Is.Null);
            Assert.That(root.Child("app")!.Child("ping")!["status"], Is.EqualTo("ok"));
            Assert.That(root.Child("app")!.Line, Is.EqualTo(3));
            Assert.That(root.Child("app")!.Children.Select(c => c.Name), Is.EqualTo(new[] { "ping", "data" }));
        });
    }

    [Test]
    public void A_byte_order_mark_and_prefixes_mean_nothing()
    {
        Assert.That(Read("\uFEFF<o:response xmlns:o=\"urn:x\"/>")!.Name, Is.EqualTo("response"));
    }

    [Test]
    public void Ends_of_lines_in_a_value_are_blanks()
    {
        Assert.That(Read("<a b=\"1\r\n2\n3\t4\r5\"/>")!["b"], Is.EqualTo("1 2 3 4 5"));
    }

    [Test]
    public void Another_encoding_is_taken_where_it_makes_no_difference()
    {
        Assert.That(Read("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"), Is.Not.Null);
        Assert.That(
            Fault("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b=\"ä\"/>"),
            Does.Contain("the text is in ISO-8859-1; only UTF-8 is read"));
    }

    [TestCase("", "there is no element in it")]
    [TestCase("<a", "line 1, column 3: the text ends inside the tag <a")]
    [TestCase("<a>\n<b></a>", "line 2, column 4: </a> where <b> of line 2 is open")]
    [TestCase("<a>", "the text ends inside <a> of line 1")]
    [TestCase("<a/><b/>", "a second root element, <b>")]
    [TestCase("<a/>x", "text outside of the root element")]
    [TestCase("</a>", "</a> ends nothing")]
    [TestCase("<a b/>", "the attribute b has no = and no value")]
    [TestCase("<a b=c/>", "the value of b is not in quotes")]
    [TestCase("<a b=\"c/>", "a value whose quotes do not end")]
    [TestCase("<a b=\"<\"/>", "< in a value")]
    [TestCase("<a b=\"1\" b=\"2\"/>", "the attribute b is there twice")]
    [TestCase("<a b=\"1\"c=\"2\"/>", "white space is missing in a tag")]
    [TestCase("<a b=\"&nbsp;\"/>", "& begins no reference that is known")]
    [TestCase("<a b=\"&#0;\"/>", "& begins no reference")]
    [TestCase("<a b=\"&#xD800;\"/>", "& begins no reference")]
    [TestCase("<a b=\"\u0001\"/>", "a character that XML does not have, U+0001")]
    [TestCase("<a>]]></a>", "]]> in a text")]
    [TestCase("<a><!-- -- --></a>", "-- inside of a comment")]
    [TestCase("<a><![CDATA[ </a>", "<![CDATA[ does not end")]
    [TestCase("<response\"/>", "white space is missing in a tag")]
    [TestCase("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "a document type")]
    [TestCase(" <?xml version=\"1.0\"?><a/>", "an XML declaration that is not at the very begin")]
    [TestCase("<?xml version=\"1.1\"?><a/>", "XML of version 1.1; only 1.0 is read")]
    [TestCase("{\"error\":\"no\"}", "text outside of the root element")]
    public void What_is_no_XML_is_told_with_its_place(string text, string complaint)
    {
        Assert.That(Fault(text), Does.Contain(complaint));
    }

    [Test]
    public void Bytes_of_another_encoding_are_refused()
    {
        Assert.That(Fault(Encoding.Unicode.GetBytes("<a/>")), Does.Contain("UTF-16"));
        Assert.That(Fault(new byte[] { 0x3C, 0x61, 0xFF, 0x2F, 0x3E }), Does.Contain("not in UTF-8"));
    }

    [Test]
    public void Everything_is_bounded()
    {
        MarkupLimits small = new(400, 5, 3, 2);
        Assert.Multiple(() =>
        {
            Assert.That(Fault(new string(' ', 401), small), Does.Contain("more than 400 bytes"));
            Assert.That(Fault("<a><b/><b/><b/><b/><b/></a>", small), Does.Contain("more than 5 elements"));
            Assert.That(Fault("<a><b><c><d/></c></b></a>", small), Does.Contain("elements more than 3 deep"));
            Assert.That(Fault("<a b='' c='' d=''/>", small), Does.Contain("more than 2 attributes"));
            Assert.That(Fault("<a><b/><b/><b/><b/></a>", small), Is.Empty);
            Assert.That(Fault("<a><b><c b='' c=''/></b></a>", small), Is.Empty);
        });
    }

    [Test]
    public void It_judges_as_the_reader_of_dotnet_does()
    {
        Prng random = new(20260711);
        int taken = 0;
        for (int i = 0; i < 15_000; i++)
        {
            string text = Changed(random);
            string? expected = Reference(text);
            MarkupElement? read = MarkupReader.Read(
                Encoding.UTF8.GetBytes(text), MarkupLimits.Response, out MarkupFault? fault);
            string? real = read is null ? null : Text(read);
            Assert.That(real, Is.EqualTo(expected), $"{text}\n{fault}");
            taken += real is null ? 0 : 1;
        }

        Assert.That(taken, Is.InRange(700, 14_300), "both kinds are tried");
    }

    private static string Changed(Prng random)
    {
        StringBuilder text = new(Sample);
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(text.Length);
            char letter = Letters[random.Next(Letters.Length)];
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 6), text.Length - at));
                    break;
                case 1:
                    text[at] = letter;
                    break;
                case 2:
                    text.Insert(at, letter);
                    break;
                default:
                    int from = random.Next(Sample.Length);
                    text.Insert(at, Sample.AsSpan(from, Math.Min(random.Next(1, 12), Sample.Length - from)));
                    break;
            }
        }

        return text.ToString();
    }

    private static string? Reference(string text)
    {
        try
        {
            using XmlReader reader = XmlReader.Create(
                new MemoryStream(Encoding.UTF8.GetBytes(text)),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            StringBuilder all = new();
            while (reader.Read())
            {
                // It takes whatever begins with 1.0 for a version.
                if (reader.NodeType == XmlNodeType.XmlDeclaration && reader["version"] != "1.0")
                    return null;
                Append(all, reader);
            }

            return all.ToString();
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static void Append(StringBuilder all, XmlReader reader)
    {
        if (reader.NodeType == XmlNodeType.Element)
        {
            bool isEmpty = reader.IsEmptyElement;
            all.Append('(').Append(reader.Name);
            while (reader.MoveToNextAttribute())
                all.Append(' ').Append(reader.Name).Append('=').Append(reader.Value).Append('\0');
            if (isEmpty)
                all.Append(')');
        }
        else if (reader.NodeType == XmlNodeType.EndElement)
        {
            all.Append(')');
        }
    }

    private static string Text(MarkupElement element)
    {
        StringBuilder all = new();
        all.Append('(').Append(element.WrittenName);
        foreach (MarkupAttribute one in element.Attributes)
            all.Append(' ').Append(one.Name).Append('=').Append(one.Value).Append('\0');
        foreach (MarkupElement child in element.Children)
            all.Append(Text(child));
        return all.Append(')').ToString();
    }

    private static MarkupElement? Read(string text) =>
        MarkupReader.Read(Encoding.UTF8.GetBytes(text), MarkupLimits.Response, out _);

    private static string Fault(string text) => Fault(text, MarkupLimits.Response);

    private static string Fault(byte[] bytes)
    {
        _ = MarkupReader.Read(bytes, MarkupLimits.Response, out MarkupFault? fault);
        return fault?.ToString() ?? "";
    }

    private static string Fault(string text, MarkupLimits limits)
    {
        _ = MarkupReader.Read(Encoding.UTF8.GetBytes(text), limits, out MarkupFault? fault);
        return fault?.ToString() ?? "";
    }
}
