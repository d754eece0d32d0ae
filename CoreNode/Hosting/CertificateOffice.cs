using CoreNode.Cli.Pki;
using CoreNode.Pki;

namespace CoreNode.Hosting;

/// <summary>The command line's work with certificates, over Pki.</summary>
internal sealed class CertificateOffice(TimeProvider time) : ICertificateOffice
{
    public CertificateFiles MakeAuthority(string folder, string name, TimeSpan? lifetime, bool replaces)
    {
        CertificateAuthority authority = new(folder, time);
        return OfAuthority(
            authority, authority.Create(name, lifetime ?? CertificateAuthority.AuthorityLifetime, replaces));
    }

    public IReadOnlyList<CertificateFiles> RenewAuthority(string folder, TimeSpan? lifetime)
    {
        CertificateAuthority authority = new(folder, time);
        return [.. authority.Renew(lifetime).Select(one => OfAuthority(authority, one))];
    }

    public (CertificateFiles Stays, IReadOnlyList<CertificateRecord> Retired) RetireAuthorities(string folder)
    {
        CertificateAuthority authority = new(folder, time);
        IReadOnlyList<CertificateFacts> retired = authority.RetireOthers();
        return (OfAuthority(authority, authority.List()[0]), [.. retired.Select(Record)]);
    }

    public CertificateFiles Issue(CertificateWish wish)
    {
        CertificateAuthority authority = new(wish.Folder, time);
        CertificateOrder order = new(Kind(wish.Kind), wish.Name)
        {
            Sans = wish.Sans,
            Lifetime = wish.Lifetime,
            Renews = wish.Renews,
            Replaces = wish.Replaces,
        };
        return new CertificateFiles(
            Record(authority.Issue(order)),
            authority.CertificateFileOf(order.Name),
            authority.KeyFileOf(order.Name),
            authority.CertificateFile);
    }

    public IReadOnlyList<CertificateRecord> Read(string file) => [.. CertificateFile.Read(file).Select(Record)];

    public string? Judge(string certFile, string? keyFile, string? caFile) =>
        CertificateFile.Judge(certFile, keyFile, caFile, time.GetUtcNow());

    public async Task<ShownCertificate> LookAsync(TlsQuestion question, CancellationToken cancellation)
    {
        TlsProbe probe = new(question.CaFile, question.CertFile, question.KeyFile, time);
        (CertificateFacts? seen, string? complaint) =
            await probe.LookAsync(question.Url.Host, question.Url.Port, question.Timeout, cancellation);
        return new ShownCertificate(seen is null ? null : Record(seen), complaint);
    }

    private static CertificateFiles OfAuthority(CertificateAuthority authority, CertificateFacts facts) =>
        new(Record(facts), authority.CertificateFile, authority.KeyFile, authority.CertificateFile);

    private static CertificateKind Kind(string kind) => kind switch
    {
        "member" => CertificateKind.Member,
        "client" => CertificateKind.Client,
        "admin" => CertificateKind.Admin,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is issued to nobody"),
    };

    private static CertificateRecord Record(CertificateFacts facts) => new()
    {
        Kind = facts.Kind switch
        {
            CertificateKind.Authority => "ca",
            CertificateKind.Member => "member",
            CertificateKind.Client => "client",
            CertificateKind.Admin => "admin",
            CertificateKind.Other => "other",
            _ => throw new ArgumentOutOfRangeException(nameof(facts), facts.Kind, "no such kind"),
        },
        Name = facts.Name,
        Subject = facts.Subject,
        Issuer = facts.Issuer,
        Serial = facts.Serial,
        Sans = facts.Sans,
        Begins = facts.Begins,
        Expires = facts.Expires,
        RenewFrom = facts.RenewFrom,
    };
}
