using System.IO.Compression;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>User data of all kinds taken apart, and what is said of what is not taken.</summary>
[TestFixture, Category("Unit")]
internal sealed class UserDataReaderTests
{
    private const string Config = "#cloud-config\nhostname: a\n";

    private static readonly MachineAddresses s_addresses = new()
    {
        PublicIPv4 = "192.0.2.1",
        PrivateIPv4 = "10.0.0.1",
        PrivateIPv6 = "fd00::1",
    };

    private static UserDataParts Read(byte[] content) =>
        UserDataReader.Read(new UserData("EC2", content), s_addresses);

    private static UserDataParts Read(string content) => Read(Encoding.UTF8.GetBytes(content));

    private static string Shown(UserDataParts parts) => string.Join(
        '|',
        parts.Parts.Select(p => $"{p.Kind} {p.Source}: {Encoding.UTF8.GetString(p.Content.Span)}")
            .Concat(parts.Findings.Select(f => $"{f.Severity} {f.Source} {f.Place}: {f.Reason}")));

    private static byte[] Gzipped(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
            gzip.Write(content);
        return packed.ToArray();
    }

    [TestCase("#cloud-config\na: 1\n", "CloudConfig EC2: #cloud-config\na: 1\n")]
    [TestCase("#cloud-config\r\na: 1\r\n", "CloudConfig EC2: #cloud-config\r\na: 1\r\n")]
    [TestCase("#cloud-config  \na: 1\n", "CloudConfig EC2: #cloud-config  \na: 1\n")]
    [TestCase("#cloud-config", "CloudConfig EC2: #cloud-config")]
    [TestCase("\uFEFF#cloud-config\n", "CloudConfig EC2: #cloud-config\n")]
    [TestCase("#!/bin/sh\ntrue\n", "Script EC2: #!/bin/sh\ntrue\n")]
    [TestCase("{\"ignition\": {\"version\": \"3.0.0\"}}", "Ignition EC2: {\"ignition\": {\"version\": \"3.0.0\"}}")]
    [TestCase(" \n {}", "Ignition EC2:  \n {}")]
    [TestCase("", "")]
    [TestCase(" \r\n\t", "")]
    public void Each_kind_is_told_by_its_first_line(string text, string expected) =>
        Assert.That(Shown(Read(text)), Is.EqualTo(expected));

    [TestCase("# cloud-config\n", "nearly \"#cloud-config\"")]
    [TestCase("#cloudconfig\n", "nearly \"#cloud-config\"")]
    [TestCase("#Cloud-Config\n", "nearly \"#cloud-config\"")]
    [TestCase("#cloud-config-archive\n- x\n", "#cloud-config-archive is cloud-init's")]
    [TestCase("#include\nhttp://a/\n", "#include is cloud-init's and not taken here")]
    [TestCase("#cloud-boothook\n", "#cloud-boothook is cloud-init's")]
    [TestCase("## template: jinja\n#cloud-config\n", "templates are not filled in here")]
    [TestCase("variant: fcos\nversion: 1.5.0\n", "this looks like Butane")]
    [TestCase("hostname: a\ncoreos:\n  units: []\n", "a cloud-config without its first line")]
    [TestCase("---\nwrite_files: []\n", "a cloud-config without its first line")]
    [TestCase("hello\n", "no kind of user data that is known")]
    [TestCase("#!\ntrue\n", "first line must name its interpreter")]
    [TestCase("Content-Type: multipart/mixed\n\nx\n", "the header of the MIME message is not complete")]
    [TestCase("Content-Type: multipart/mixed; boundary=B\n\n--B\n\n#!/bin/sh\n", "the MIME multipart has no end")]
    [TestCase("Content-Type: text/html\n\nx\n", "parts of the type text/html are not taken")]
    [TestCase("Content-Type: text/x-include-url\n\nhttp://a/\n", "parts of the type text/x-include-url are not taken")]
    public void What_is_not_taken_is_refused_with_what_is(string text, string reason)
    {
        UserDataParts parts = Read(text);
        Assert.That(parts.Parts, Is.Empty);
        Assert.That(parts.Findings, Has.Count.EqualTo(1));
        Assert.That(parts.Findings[0].Severity, Is.EqualTo(Severity.Error));
        Assert.That(parts.Findings[0].Reason, Does.Contain(reason));
        Assert.That(parts.Findings[0].Suggestion, Is.Not.Empty);
    }

    [Test]
    public void A_secret_in_the_wrong_place_is_not_shown()
    {
        Finding finding = Read("hunter2 is the password\n").Findings[0];
        Assert.That(finding.Reason + finding.Suggestion, Does.Not.Contain("hunter2"));
    }

    [Test]
    public void Packed_data_is_unpacked_twice_at_most()
    {
        byte[] once = Gzipped(Encoding.UTF8.GetBytes(Config));
        Assert.That(Shown(Read(once)), Is.EqualTo($"CloudConfig EC2: {Config}"));
        Assert.That(Shown(Read(Gzipped(once))), Is.EqualTo($"CloudConfig EC2: {Config}"));
        Assert.That(Shown(Read(Gzipped(Gzipped(once)))), Does.Contain("packed by gzip more than twice"));
        Assert.That(Shown(Read(once[..^3])), Does.StartWith("Error EC2 1:1: it begins as gzip, but"));
        Assert.That(Shown(Read(Gzipped(new byte[UserDataReader.LimitBytes + 1]))), Does.Contain("4194304 bytes"));
    }

    [Test]
    public void Text_that_is_not_utf8_is_refused_with_its_place()
    {
        Assert.That(
            Shown(Read([.. "#cloud-config\na: "u8, 0xFF])),
            Is.EqualTo("Error EC2 2:4: from here on it is not UTF-8"));
        Assert.That(
            Shown(Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Config)])),
            Is.EqualTo("Error EC2 1:1: the text is UTF-16"));
    }

    [Test]
    public void A_script_keeps_its_bytes_and_loses_the_carriage_returns_that_hide_its_interpreter()
    {
        byte[] archive = [.. "#!/bin/sh\nexit\n"u8, 0, 0xFF, 0x80, (byte)'\r', (byte)'\n'];
        Assert.That(Read(archive).Parts[0].Content.ToArray(), Is.EqualTo(archive));
        Assert.That(
            Shown(Read("#!/bin/sh\r\necho $private_ipv4\r\n")),
            Is.EqualTo("Script EC2: #!/bin/sh\necho 10.0.0.1\n|Note EC2 1:1: the script's lines end with CR LF, by "
                + "which no interpreter is found: read as LF"));
    }

    [Test]
    public void Addresses_stand_where_they_are_named_but_not_in_ignition()
    {
        UserDataParts parts = Read(
            "#cloud-config\na: $public_ipv4$private_ipv4 \\$private_ipv6 x$private_ipv6:1 ${a}$\n");
        Assert.That(
            Shown(parts),
            Is.EqualTo("CloudConfig EC2: #cloud-config\na: 192.0.2.110.0.0.1 $private_ipv6 xfd00::1:1 ${a}$\n"));
        Assert.That(Shown(Read("{\"a\": \"$public_ipv4\"}")), Does.EndWith("$public_ipv4\"}"));
    }

    [Test]
    public void An_address_that_is_not_known_is_told_once_with_its_place()
    {
        UserDataParts parts = Read("#cloud-config\na: $public_ipv6\nb: $public_ipv6 \\$public_ipv6\n");
        Assert.That(
            Shown(parts),
            Is.EqualTo("CloudConfig EC2: #cloud-config\na: \nb:  $public_ipv6\n"
                + "|Warning EC2 2:4: $public_ipv6 is not known here and becomes nothing"));
        Assert.That(parts.Findings[0].Suggestion, Does.Contain("COREOS_PUBLIC_IPV6"));
    }

    [Test]
    public void What_the_source_tells_of_addresses_wins()
    {
        UserData data = new("EC2", Encoding.UTF8.GetBytes("#cloud-config\na: $public_ipv4 $private_ipv4\n"))
        {
            Addresses = new MachineAddresses { PublicIPv4 = "198.51.100.7" },
        };
        Assert.That(
            Shown(UserDataReader.Read(data, s_addresses)),
            Is.EqualTo("CloudConfig EC2: #cloud-config\na: 198.51.100.7 10.0.0.1\n"));
        Assert.That(
            AddressText.Variables(s_addresses).Select(v => $"{v.Name}={v.Value}"),
            Is.EqualTo(new[]
            {
                "COREOS_PUBLIC_IPV4=192.0.2.1", "COREOS_PRIVATE_IPV4=10.0.0.1", "COREOS_PRIVATE_IPV6=fd00::1",
            }));
    }

    [Test]
    public void Several_parts_come_as_mime()
    {
        string gzip = Convert.ToBase64String(Gzipped("#cloud-config\nb: 2\n"u8.ToArray()));
        string text = $"""
            From root@localhost Mon Sep 17 00:00:00 2001
            Content-Type: multipart/mixed;
             boundary="==B=="; charset=us-ascii
            MIME-Version: 1.0

            nobody reads this
            --==B==
            Content-Type: text/cloud-config; charset="utf-8"
            MIME-Version: 1.0
            Content-Disposition: attachment; filename="../x/a b.yaml"

            a: $private_ipv4

            --==B==
            Content-Type: text/x-shellscript
            Content-Transfer-Encoding: base64
            Content-Disposition: attachment; filename=setup.sh

            IyEvYmluL3No
            CnRydWUK
            --==B==
            Content-Transfer-Encoding: quoted-printable

            #!/bin/sh
            echo =C3=A4 =3D a=
            b
            --==B==
            Content-Type: application/octet-stream
            Content-Transfer-Encoding: base64

            {gzip}
            --==B==
            Content-Type: multipart/alternative; boundary=inner

            --inner
            Content-Type: application/x-ignition

            {"{}"}
            --inner--
            --==B==--
            nor this
            """;
        string expected = string.Join(
            '|',
            "CloudConfig part 1 (ab.yaml) of EC2: a: 10.0.0.1\n",
            "Script part 2 (setup.sh) of EC2: #!/bin/sh\ntrue\n",
            "Script part 3 of EC2: #!/bin/sh\necho ä = ab",
            "CloudConfig part 4 of EC2: #cloud-config\nb: 2\n",
            "Ignition part 1 of part 5 of EC2: {}");
        Assert.That(Shown(Read(text)), Is.EqualTo(expected));
        Assert.That(Shown(Read(text.Replace("\n", "\r\n", StringComparison.Ordinal))).Replace("\r\n", "\n"),
            Does.StartWith(expected[..expected.IndexOf("|Script part 3", StringComparison.Ordinal)]));
        Assert.That(Read(text).Parts[1].Name, Is.EqualTo("setup.sh"));
    }

    [Test]
    public void A_part_that_is_not_encoded_as_it_says_is_refused()
    {
        string text = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"
            + "Content-Transfer-Encoding: base64\n\n?\n--B\nContent-Transfer-Encoding: x-uuencode\n\nx\n--B\n"
            + "no colon\n\nx\n--B--\n";
        UserDataParts parts = Read(text);
        Assert.That(parts.Findings.Select(f => f.Source), Is.EqualTo(new[]
        {
            "part 1 of EC2", "part 2 of EC2", "part 3 of EC2",
        }));
    }

    [Test]
    public void Parts_within_parts_end_somewhere()
    {
        string text = "#cloud-config\n";
        for (int depth = 0; depth < 20; depth++)
            text = $"Content-Type: multipart/mixed; boundary=B{depth}\n\n--B{depth}\n{text}\n--B{depth}--\n";
        Assert.That(Shown(Read(text)), Does.Contain("more than 3 MIME multiparts in each other"));
        string many = string.Concat(Enumerable.Repeat("--B\n\n#cloud-config\n", 70));
        Assert.That(
            Shown(Read($"Content-Type: multipart/mixed; boundary=B\n\n{many}--B--\n")),
            Does.Contain("more than 64 parts"));
    }

    [Test]
    public void Random_changes_never_do_harm()
    {
        Prng chance = new(5);
        byte[] multipart = Encoding.UTF8.GetBytes("""
            Content-Type: multipart/mixed; boundary="B"

            --B
            Content-Type: text/cloud-config
            Content-Transfer-Encoding: quoted-printable

            a: =C3=A4 $private_ipv4 =
            --B
            Content-Transfer-Encoding: base64

            IyEvYmluL3No
            --B--
            """);
        byte[][] samples = [multipart, Encoding.UTF8.GetBytes(Config), Gzipped(multipart), "#!/bin/sh\r\n"u8.ToArray()];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] content = [.. samples[chance.Next(samples.Length)]];
            for (int changes = chance.Next(6); changes > 0; changes--)
            {
                int at = chance.Next(content.Length);
                content[at] = chance.Chance(0.5) ? (byte)chance.Next(256) : content[chance.Next(content.Length)];
            }

            UserDataParts parts = Read(chance.Chance(0.2) ? content[..chance.Next(content.Length)] : content);
            Assert.That(parts.Findings.All(f => f.Reason.Length > 0), Is.True);
            Assert.That(parts.Parts.Sum(p => p.Content.Length), Is.LessThan(10_000));
        }
    }
}
