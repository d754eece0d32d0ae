using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Keys;

namespace CoreNode.Tests.Updates.Keys;

/// <summary>Whom a machine trusts, from first keys and rotation records.</summary>
[TestFixture, Category("Unit")]
internal sealed class TrustFolderTests
{
    private static readonly SigningKey s_a = SigningKey.Create(KeyKind.EcdsaP256);
    private static readonly SigningKey s_b = SigningKey.Create(KeyKind.Rsa2048);
    private static readonly SigningKey s_c = SigningKey.Create(KeyKind.EcdsaP256);
    private static readonly SigningKey s_d = SigningKey.Create(KeyKind.EcdsaP256);

    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder();
        File.WriteAllText(_folder.File("first.pem"), s_a.Public.ToPem());
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Keys_in_the_folder_are_trusted_and_other_files_do_not_matter()
    {
        File.WriteAllText(_folder.File("second.pem"), s_b.Public.ToPem());
        File.WriteAllText(_folder.File("README"), "whose keys these are");
        Assert.That(Trusted(), Is.EqualTo(Ids(s_a, s_b)));
    }

    [Test]
    public void A_folder_that_is_not_there_trusts_nobody() =>
        Assert.That(TrustFolder.Read(_folder.File("absent")).Keys.Keys, Is.Empty);

    [Test]
    public void A_single_file_is_its_key()
    {
        TrustFolder one = TrustFolder.Read(_folder.File("first.pem"));
        Assert.That(one.Keys.Keys.Single().Id, Is.EqualTo(s_a.Public.Id));
    }

    [Test]
    public void A_machine_follows_all_rotations_from_its_first_key()
    {
        Write(KeyRotation.Sign(1, s_a, s_b.Public, []));
        Assert.That(Trusted(), Is.EqualTo(Ids(s_a, s_b)));
        Write(KeyRotation.Sign(2, s_b, s_b.Public, [s_a.Public.Id]));
        Assert.That(Trusted(), Is.EqualTo(Ids(s_b)));
        Write(KeyRotation.Sign(3, s_b, s_c.Public, [s_b.Public.Id]));
        TrustFolder folder = TrustFolder.Read(_folder.Path);
        Assert.That(folder.Keys.Keys.Select(key => key.Id), Is.EqualTo(Ids(s_c)));
        Assert.That(folder.Keys.Retired, Is.EquivalentTo(Ids(s_a, s_b)));
        Assert.That((folder.LastNumber, folder.Skipped.Count), Is.EqualTo((3u, 0)));
    }

    [Test]
    public void Records_of_before_the_first_key_say_nothing_and_later_ones_count()
    {
        File.WriteAllText(_folder.File("first.pem"), s_c.Public.ToPem());
        Write(KeyRotation.Sign(1, s_a, s_b.Public, [s_a.Public.Id]));
        Write(KeyRotation.Sign(2, s_b, s_c.Public, [s_b.Public.Id]));
        Write(KeyRotation.Sign(3, s_c, s_d.Public, [s_c.Public.Id]));
        TrustFolder folder = TrustFolder.Read(_folder.Path);
        Assert.That(folder.Keys.Keys.Select(key => key.Id), Is.EqualTo(Ids(s_d)));
        Assert.That(folder.Skipped, Has.Count.EqualTo(2));
        Assert.That(folder.Skipped[0], Does.Contain("000001.rotation").And.Contain(s_a.Public.ShortId));
    }

    [Test]
    public void A_retired_key_signs_nothing_and_never_comes_back()
    {
        Write(KeyRotation.Sign(1, s_a, s_b.Public, [s_a.Public.Id]));
        string stolen = Write(KeyRotation.Sign(2, s_a, s_c.Public, []));
        Assert.That(Refusal(), Does.StartWith($"{stolen}: its signer {s_a.Public.ShortId} was retired before"));
        File.Delete(stolen);
        Write(KeyRotation.Sign(2, s_b, s_a.Public, []));
        Assert.That(Refusal(), Does.Contain($"it brings back {s_a.Public.ShortId}"));
    }

    [Test]
    public void A_record_that_is_missing_between_others_refuses_all()
    {
        Write(KeyRotation.Sign(1, s_a, s_b.Public, []));
        string second = Write(KeyRotation.Sign(2, s_a, s_c.Public, [s_b.Public.Id]));
        Write(KeyRotation.Sign(3, s_c, s_d.Public, []));
        Assert.That(Trusted(), Is.EqualTo(Ids(s_a, s_c, s_d)));
        File.Delete(second);
        Assert.That(Refusal(), Does.Contain("lacks 000002.rotation"));
    }

    [Test]
    public void A_record_of_another_name_or_by_another_key_refuses_all()
    {
        string record = Write(KeyRotation.Sign(1, s_a, s_b.Public, []));
        File.Move(record, _folder.File("000002.rotation"));
        Assert.That(Refusal(), Does.Contain("its name must be 000001.rotation"));
        File.Delete(_folder.File("000002.rotation"));
        string forged = KeyRotation.Sign(1, s_c, s_c.Public, []).Format()
            .Replace(s_c.Public.Id, s_a.Public.Id, StringComparison.Ordinal);
        File.WriteAllText(record, forged);
        Assert.That(Refusal(), Does.Contain($"its signature is not by {s_a.Public.ShortId}"));
    }

    [Test]
    public void Each_changed_byte_of_a_record_is_noticed()
    {
        byte[] good = System.Text.Encoding.ASCII.GetBytes(
            KeyRotation.Sign(1, s_b, s_c.Public, [s_a.Public.Id]).Format());
        for (int at = 0; at < good.Length; at++)
        {
            foreach (byte change in new byte[] { 1, 0x20, 0x80 })
            {
                byte[] bytes = [.. good];
                bytes[at] ^= change;
                KeyRotation? record = KeyRotation.TryParse(bytes, out string? complaint);
                Assert.That(record?.IsSignedBy(s_b.Public), Is.Not.True, $"byte {at}");
                Assert.That(record is null, Is.EqualTo(complaint is not null));
            }
        }
    }

    [TestCase("")]
    [TestCase("corenode key rotation 1")]
    [TestCase("corenode key rotation 2\nnumber 1\n")]
    [TestCase("corenode key rotation 1\nnumber 0\nkey AAAA\nsigner a\nsignature AAAA\n")]
    public void What_is_no_record_is_told(string text)
    {
        Assert.That(KeyRotation.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out string? complaint), Is.Null);
        Assert.That(complaint, Is.Not.Empty);
    }

    [Test]
    public void A_record_comes_back_as_it_was_and_only_in_one_writing()
    {
        KeyRotation record = KeyRotation.Sign(7, s_a, s_b.Public, [s_a.Public.Id, s_c.Public.Id]);
        KeyRotation read = KeyRotation.TryParse(System.Text.Encoding.ASCII.GetBytes(record.Format()), out _)!;
        Assert.That(
            (read.Number, read.Key.Id, read.Signer, string.Join(' ', read.Retires)),
            Is.EqualTo((7u, s_b.Public.Id, s_a.Public.Id, $"{s_a.Public.Id} {s_c.Public.Id}")));
        Assert.That(read.IsSignedBy(s_a.Public), Is.True);
        foreach (string other in new[]
        {
            record.Format() + "\n",
            record.Format().TrimEnd('\n'),
            record.Format().Replace("number 7", "number 07", StringComparison.Ordinal),
            record.Format().Replace("\n", "\r\n", StringComparison.Ordinal),
        })
        {
            Assert.That(KeyRotation.TryParse(System.Text.Encoding.ASCII.GetBytes(other), out _), Is.Null);
        }
    }

    [Test]
    public void A_record_that_OpenSSL_signed_is_still_read()
    {
        string formats = Path.Combine(TestContext.CurrentContext.TestDirectory, "TestData", "formats");
        byte[] text = File.ReadAllBytes(Path.Combine(formats, "key-rotation-v1.txt"));
        VerifyingKey signer = VerifyingKey.ReadFile(Path.Combine(formats, "key-rotation-v1-signer.pem"));
        KeyRotation record = KeyRotation.TryParse(text, out string? complaint)!;
        Assert.That(complaint, Is.Null);
        Assert.That((record.Number, record.Signer), Is.EqualTo((12u, signer.Id)));
        Assert.That(record.Retires, Is.EqualTo(new[] { signer.Id }));
        Assert.That(record.IsSignedBy(signer), Is.True);
    }

    [Test]
    public void A_private_key_in_the_folder_is_refused()
    {
        File.WriteAllText(_folder.File("own.pem"), s_b.ToPem());
        Assert.That(Refusal(), Does.StartWith($"{_folder.File("own.pem")} holds a private key"));
    }

    [Test]
    public void A_record_is_added_only_if_it_holds_and_is_the_next()
    {
        TrustFolder folder = TrustFolder.Read(_folder.Path);
        folder = folder.Add(KeyRotation.Sign(4, s_a, s_b.Public, []));
        Assert.That(Trusted(), Is.EqualTo(Ids(s_a, s_b)));
        Assert.That(Adding(folder, KeyRotation.Sign(6, s_a, s_c.Public, [])), Does.Contain("does not follow record 4"));
        Assert.That(Adding(folder, KeyRotation.Sign(5, s_d, s_d.Public, [])), Does.Contain("not trusted here"));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(2));
        folder.Add(KeyRotation.Sign(5, s_b, s_c.Public, [s_a.Public.Id]));
        Assert.That(Trusted(), Is.EqualTo(Ids(s_b, s_c)));
    }

    private static string Adding(TrustFolder folder, KeyRotation record) =>
        Assert.Throws<IOException>(() => folder.Add(record))!.Message;

    private static string[] Ids(params SigningKey[] keys) => [.. keys.Select(key => key.Public.Id)];

    private string[] Trusted() => [.. TrustFolder.Read(_folder.Path).Keys.Keys.Select(key => key.Id)];

    private string Refusal() => Assert.Throws<IOException>(() => TrustFolder.Read(_folder.Path))!.Message;

    private string Write(KeyRotation record) => TrustFolder.Write(_folder.Path, record);
}
