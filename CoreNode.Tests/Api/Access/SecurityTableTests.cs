using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Api;
using CoreNode.Api.Fleet;
using CoreNode.Cluster.Clients;
using CoreNode.Pki;
using CoreNode.Tests.Api.Fleet;
using CoreNode.Tests.Architecture;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Api.Access;

/// <summary>
/// docs/security.md says who may do what where; real listeners are asked whether that is so, cell by cell.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class SecurityTableTests
{
    private const string Heading = "Surface";

    private static readonly Uri s_loopback = new("http://127.0.0.1:0");
    private static readonly Uri s_anywhere = new("http://0.0.0.0:0");
    private static readonly Uri s_encryptedLoopback = new("https://127.0.0.1:0");
    private static readonly Uri s_encrypted = new("https://0.0.0.0:0");

    private static readonly string[][] s_rows =
        [.. MarkdownTable.Read(File.ReadAllText(Repository.File("docs/security.md")), Heading)];

    private static readonly string[] s_columns = Columns();

    private readonly TestFolder _folder = new();
    private readonly List<ApiHarness> _servers = [];
    private readonly List<FleetSurface> _surfaces = [];
    private readonly List<Place> _places = [];
    private readonly List<Place> _withAuth = [];

    private readonly TestAuthority _authority = new();
    private readonly List<X509Certificate2> _certificates = [];

    private string SocketPath => _folder.File("s");

    [OneTimeSetUp]
    public async Task StartServersAsync()
    {
        await StartPlainAsync();
        await StartEncryptedAsync();
        await StartCertifiedAsync();
    }

    [OneTimeTearDown]
    public async Task StopServersAsync()
    {
        foreach (ApiHarness server in _servers)
            await server.DisposeAsync();
        foreach (FleetSurface surface in _surfaces)
            await surface.DisposeAsync();
        foreach (X509Certificate2 certificate in _certificates)
            certificate.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Every_row_is_asked_about() =>
        Assert.That(
            s_rows.Select(row => row[0]), Is.EqualTo(AskedRequest.All.Select(r => r.Row).Distinct()));

    [TestCaseSource(nameof(s_columns))]
    public async Task The_page_is_right_about(string column)
    {
        Place[] places = [.. _places.Where(p => p.Column == column)];
        Assert.That(places, Is.Not.Empty, "no listener for this column");
        int cell = Array.IndexOf(s_columns, column) + 1;
        foreach (Place place in places)
        {
            foreach (AskedRequest request in AskedRequest.All)
            {
                string expected = s_rows.Single(row => row[0] == request.Row)[cell];
                (int status, string body) = await place.AskAsync(request);
                string what = $"{request.Method} {request.Target}: {status} {body}";
                Assert.That(IsAsThePageSays(expected, place, request, status, body), Is.True, what);
            }
        }
    }

    [Test]
    public async Task With_auth_on_users_decide_where_the_rules_let_everybody_in()
    {
        foreach (Place place in _withAuth)
        {
            foreach (AskedRequest request in AskedRequest.All.Where(r =>
                r.Row is not ("administration" or "units and machines")))
            {
                // What only root may do on an open listener, only root may do anywhere.
                string expected = s_rows.Single(row => row[0] == request.Row)[OpenWithAuth] == "root" ? "root" : "yes";
                (int status, string body) = await place.AskAsync(request);
                Assert.That(
                    IsAsThePageSays(expected, place, request, status, body), Is.True,
                    $"{place}: {request.Method} {request.Target}: {status} {body}");
            }
        }
    }

    private static int OpenWithAuth => Array.IndexOf(s_columns, "open, auth on") + 1;

    private static bool IsAsThePageSays(string cell, Place place, AskedRequest request, int status, string body)
    {
        bool names = body.Contains("(rule ", StringComparison.Ordinal);
        return cell switch
        {
            "no" => status == 403 && names,
            "user" when place.IsGuest => status == 401 && names,
            "root" when place.IsGuest => status == 401 && !names,
            "yes" or "role" or "user" or "root" => request.Answers.Contains(status),
            _ => throw new FormatException($"the table has no such word: {cell}"),
        };
    }

    private static string[] Columns()
    {
        string page = File.ReadAllText(Repository.File("docs/security.md"));
        string heading = page.Split('\n').First(l => l.StartsWith($"| {Heading} |", StringComparison.Ordinal));
        return [.. heading.Trim('|', ' ').Split('|').Skip(1)
            .Select(c => c.Replace("`", "", StringComparison.Ordinal).Trim())];
    }

    private async Task StartPlainAsync()
    {
        ApiHarness plain = await StartAsync(new ApiOptions
        {
            ListenClientUrls = [s_loopback, s_anywhere],
            ListenAdminUrls = [s_loopback],
            UnixSocketPath = SocketPath,
        });
        _places.Add(Place.At("loopback", plain.Urls[0]));
        _places.Add(Place.At("open", plain.Urls[1]));
        _places.Add(Place.At("admin: loopback", plain.AdminUrls[0]));
        _places.Add(Place.AtSocket("socket: administrator", SocketPath));
        _places.Add(Place.AtSocketAsStranger("socket: other process", SocketPath));
        ApiHarness auth = await StartAsync(new ApiOptions
        {
            ListenClientUrls = [s_loopback, s_anywhere],
            UnixSocketPath = _folder.File("auth"),
            PasswordIterations = 1000,
        });
        await auth.EnableAuthAsync();
        AddWithUser("open, auth on", auth.Urls[1]);
        _withAuth.Add(Place.At("loopback", auth.Urls[0]) with { IsGuest = true });
        _withAuth.Add(Place.AtSocket("socket: administrator", _folder.File("auth")));
        ApiHarness insecure = await StartAsync(new ApiOptions
        {
            ListenClientUrls = [s_anywhere],
            ListenAdminUrls = [s_anywhere],
            IsAdminInsecure = true,
        });
        _places.Add(Place.At("open, --insecure-admin", insecure.Url));
        _places.Add(Place.At("admin: open", insecure.AdminUrls[0]));
        LetEverybodyReach(SocketPath);
    }

    // Who the server is, is known; who the client is, is not.
    private async Task StartEncryptedAsync()
    {
        ApiHarness server = await StartAsync(new ApiOptions
        {
            ListenClientUrls = [s_encryptedLoopback, s_encrypted],
            ListenAdminUrls = [s_encryptedLoopback],
            Certificates = ServerCertificates(asksForCertificate: false),
        });
        _places.Add(Place.At("loopback", server.Urls[0]));
        _places.Add(Place.At("open", server.Urls[1]));
        _places.Add(Place.At("admin: loopback", server.AdminUrls[0]));
        ApiHarness auth = await StartAsync(new ApiOptions
        {
            ListenClientUrls = [s_encryptedLoopback, s_encrypted],
            Certificates = ServerCertificates(asksForCertificate: false),
            PasswordIterations = 1000,
        });
        await auth.EnableAuthAsync();
        AddWithUser("open, auth on", auth.Urls[1]);
    }

    private async Task StartCertifiedAsync()
    {
        ApiHarness server = await StartAsync(new ApiOptions
        {
            ListenClientUrls = [s_encryptedLoopback, s_encrypted],
            ListenAdminUrls = [s_encryptedLoopback, s_encrypted],
            Certificates = ServerCertificates(asksForCertificate: true),
        });
        foreach (Uri url in server.Urls)
        {
            _places.Add(Place.At("certificates", url, Certificate(null)));
            _places.Add(Place.At("certificates", url, Certificate(CertificateKinds.Clients)));
        }

        const string others = "admin: client's or member's certificate";
        foreach (Uri url in server.AdminUrls)
        {
            _places.Add(Place.At("admin: certificate", url, Certificate(null)));
            _places.Add(Place.At("admin: certificate", url, Certificate("a company")));
            _places.Add(Place.At("admin: certificate", url, Certificate(CertificateKinds.Admins)));
            _places.Add(Place.At(others, url, Certificate(CertificateKinds.Clients)));
            _places.Add(Place.At(others, url, Certificate(CertificateKinds.Members)));
        }
    }

    private FixedCertificates ServerCertificates(bool asksForCertificate)
    {
        TlsCertificates certificates = _authority.Trusting(Certificate(CertificateKinds.Members), asksForCertificate);
        return new FixedCertificates(
            asksForCertificate ? certificates : certificates with { Authorities = null });
    }

    private X509Certificate2 Certificate(string? organisation)
    {
        X509Certificate2 certificate = _authority.Issue("somebody", ["127.0.0.1"], organisation: organisation);
        _certificates.Add(certificate);
        return certificate;
    }

    private void AddWithUser(string column, Uri url)
    {
        byte[] root = Encoding.UTF8.GetBytes("root:pw");
        _places.Add(Place.At(column, url, user: new AuthenticationHeaderValue("Basic", Convert.ToBase64String(root))));
        _places.Add(Place.At(column, url) with { IsGuest = true });
    }

    private async Task<ApiHarness> StartAsync(ApiOptions options)
    {
        ApiHarness server = await ApiHarness.StartAsync(options, surface: MakeUnits);
        _servers.Add(server);
        return server;
    }

    private FleetSurface MakeUnits(ApiHarness server)
    {
        ScriptedMachines machines = new();
        FleetSurface surface = new(
            new FleetOptions(), new LocalKvClient(server.Store, server.Time), static () => null, machines, machines,
            server.Metrics, TimeProvider.System, NullLoggerFactory.Instance);
        _surfaces.Add(surface);
        return surface;
    }

    // What an administrator may do who wants it so; the node itself makes it 0660.
    private void LetEverybodyReach(string socket)
    {
        const UnixFileMode everybody = (UnixFileMode)0x1B6;
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(socket, everybody);
    }
}
