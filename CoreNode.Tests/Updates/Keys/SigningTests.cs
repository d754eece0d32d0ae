using System.Security.Cryptography;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Keys;

/// <summary>Signatures of payloads: made, filled up, checked.</summary>
[TestFixture, Category("Unit")]
internal sealed class SigningTests
{
    private static readonly byte[] s_hash = SHA256.HashData("metadata"u8);
    private static readonly byte[] s_other = SHA256.HashData("other metadata"u8);

    // RSA keys of 4096 bits take a second to find.
    private static readonly SigningKey[] s_keys =
        [SigningKey.Create(KeyKind.Rsa2048), SigningKey.Create(KeyKind.Rsa4096), SigningKey.Create(KeyKind.EcdsaP256)];

    [TestCase(KeyKind.Rsa2048)]
    [TestCase(KeyKind.Rsa4096)]
    [TestCase(KeyKind.EcdsaP256)]
    public void A_signature_holds_for_its_hash_and_key_only(KeyKind kind)
    {
        SigningKey key = s_keys[(int)kind];
        byte[] signature = key.Sign(s_hash);
        Assert.That(key.Public.Verify(s_hash, signature), Is.True);
        Assert.That(key.Public.Verify(s_other, signature), Is.False);
        foreach (SigningKey other in s_keys.Where(other => other != key).Append(SigningKey.Create(KeyKind.EcdsaP256)))
            Assert.That(other.Public.Verify(s_hash, signature), Is.False);
        for (int at = 0; at < signature.Length; at += 7)
        {
            byte[] changed = [.. signature];
            changed[at] ^= 1;
            Assert.That(key.Public.Verify(s_hash, changed), Is.False, $"byte {at}");
        }
    }

    [TestCase(KeyKind.Rsa2048)]
    [TestCase(KeyKind.Rsa4096)]
    [TestCase(KeyKind.EcdsaP256)]
    public void What_is_no_signature_is_refused_without_a_fault(KeyKind kind)
    {
        VerifyingKey key = s_keys[(int)kind].Public;
        foreach (int length in new[] { 0, 1, 8, 70, 72, 73, 255, 256, 257, 512, 5000 })
            Assert.That(key.Verify(s_hash, new byte[length]), Is.False, $"{length} bytes");
    }

    [Test]
    public void An_elliptic_signature_is_filled_up_and_its_real_size_is_said()
    {
        PayloadSigner signer = new([s_keys[2]]);
        PayloadSignature blank = signer.Blank.Single();
        for (int round = 0; round < 50; round++)
        {
            PayloadSignature signature = signer.Sign(s_hash).Single();
            Assert.That(signature.Data, Has.Length.EqualTo(72).And.Length.EqualTo(blank.Data.Length));
            Assert.That(signature.UnpaddedSize, Is.InRange(60, 72));
            Assert.That(signature.Data.AsSpan((int)signature.UnpaddedSize!).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
            Assert.That(s_keys[2].Public.Verify(s_hash, signature.Counted), Is.True);
        }
    }

    [Test]
    public void One_good_signature_of_several_is_enough()
    {
        IReadOnlyList<PayloadSignature> all = new PayloadSigner(s_keys).Sign(s_hash);
        Assert.That(all, Has.Count.EqualTo(3));
        foreach (SigningKey key in s_keys)
            Assert.That(TrustedKeys.Of([key.Public]).Check(s_hash, all), Is.EqualTo(SignatureVerdict.Trusted));
        TrustedKeys last = TrustedKeys.Of([s_keys[2].Public]);
        Assert.That(last.Check(s_hash, [.. all.Take(2)]), Is.EqualTo(SignatureVerdict.Untrusted));
        Assert.That(last.Check(s_other, all), Is.EqualTo(SignatureVerdict.Untrusted));
        Assert.That(last.Check(s_hash, []), Is.EqualTo(SignatureVerdict.Untrusted));
    }

    [Test]
    public void Without_a_key_nothing_is_trusted()
    {
        IReadOnlyList<PayloadSignature> good = new PayloadSigner(s_keys).Sign(s_hash);
        Assert.That(TrustedKeys.None.Check(s_hash, good), Is.EqualTo(SignatureVerdict.NoKey));
    }

    [Test]
    public void Blank_signatures_have_the_sizes_of_real_ones()
    {
        PayloadSigner signer = new(s_keys);
        byte[] blank = SignatureSizes(signer.Blank);
        Assert.That(SignatureSizes(signer.Sign(s_hash)), Is.EqualTo(blank));
    }

    [Test]
    public void RSA_signs_the_same_bytes_each_time()
    {
        Assert.That(s_keys[0].Sign(s_hash), Is.EqualTo(s_keys[0].Sign(s_hash)));
        Assert.That(s_keys[1].Sign(s_hash), Is.EqualTo(s_keys[1].Sign(s_hash)));
    }

    private static byte[] SignatureSizes(IReadOnlyList<PayloadSignature> signatures) =>
        [.. signatures.SelectMany(one => BitConverter.GetBytes(one.Data.Length).Append((byte)one.Version)
            .Append(one.UnpaddedSize is null ? (byte)0 : (byte)1))];
}
