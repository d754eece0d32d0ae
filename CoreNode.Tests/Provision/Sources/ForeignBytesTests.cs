using System.Text;
using CoreNode.Foundation;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Choice;
using CoreNode.Provision.Sources.Clouds;
using CoreNode.Provision.Sources.Drives;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>Whatever a service or a drive gives: values or a <see cref="SourceException"/>, nothing else.</summary>
[TestFixture, Category("Unit")]
internal sealed class ForeignBytesTests
{
    private const int Rounds = 5000;

    private static readonly string[] s_pieces =
        ["\"", "{", "}", "[", "]", ":", ",", "\\", "\\ud800", "\\u0000", "\0", "999999999999", "null", "-", "\n", "="];

    [Test]
    public void Metadata_that_are_broken_anywhere_break_nothing([Range(1, 3)] int seed)
    {
        Prng chance = new((ulong)seed);
        string[] samples = [ConfigDriveTests.MetaData, ConfigDriveTests.NetworkData];
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = Broken(samples[round % 2], chance);
            read += Tries(() => OpenStackJson.Read(text, "x")) + Tries(() => OpenStackJson.ReadNetwork(text, "x"))
                + Tries(() => Ec2Json.Read(text, "x"));
        }

        Assert.That(read, Is.GreaterThan(Rounds / 10).And.LessThan(3 * Rounds), "some are still JSON, some are not");
    }

    [Test]
    public void Heads_of_devices_and_arguments_of_the_kernel_may_be_anything()
    {
        Prng chance = new(7);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Broken("a=b cloud-config-url=\"http://h/a b\" -- x", chance);
            KernelCommandLine line = new(Encoding.Latin1.GetString(bytes));
            Assert.That(line.Value("cloud-config-url").Length, Is.LessThanOrEqualTo(bytes.Length));
            Assert.That(VolumeHead.Of(bytes), Is.Null);
        }
    }

    [TestCase("{\"hostname\": \"\\ud800\"}")]
    [TestCase("{\"\\ud800\": 1, \"hostname\": 2}")]
    [TestCase("{\"hostname\": \"\u00ff\"}")]
    [TestCase("{\"public_keys\": {\"a\": \"\\udc00 b\"}}")]
    public void Texts_that_are_none_are_left_out(string json)
    {
        CoreNode.Provision.Model.UserData data = OpenStackJson.Read(Encoding.Latin1.GetBytes(json), "x");
        Assert.That(data.Hostname, Is.Empty);
        Assert.That(data.SshKeys, Is.Empty);
    }

    [Test]
    public void Json_that_is_deeper_than_any_metadata_is_refused() =>
        Assert.Throws<SourceException>(() => OpenStackJson.Read(
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))), "x"));

    private static int Tries(Action read)
    {
        try
        {
            read();
            return 1;
        }
        catch (SourceException)
        {
            return 0;
        }
    }

    private static byte[] Broken(string sample, Prng chance)
    {
        StringBuilder text = new(sample);
        int changes = 1 + (int)(chance.NextUInt64() % 3);
        for (int i = 0; i < changes; i++)
        {
            int at = (int)(chance.NextUInt64() % (ulong)text.Length);
            switch (chance.NextUInt64() % 3)
            {
                case 0:
                    text[at] = (char)(chance.NextUInt64() % 256);
                    break;
                case 1:
                    text.Insert(at, s_pieces[(int)(chance.NextUInt64() % (ulong)s_pieces.Length)]);
                    break;
                default:
                    text.Remove(at, Math.Min(text.Length - at - 1, (int)(chance.NextUInt64() % 9)));
                    break;
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }
}
