using CurveRbd.Store;
using CurveRbd.Tests;

namespace CurveRbd.Rados.Tests;

/// <summary>Damaged configuration: refused with EINVAL, or read as something whole.</summary>
public sealed class FuzzTests
{
    private static readonly byte[] s_file =
        """
        # two clusters
        [global]
            fsid = 1c6a3b4e-0000-4000-8000-000000000001
            mon host = [v2:10.0.0.1:3300,v1:10.0.0.1:6789], 10.0.0.2:6789/0   ; a list
        [client]
            rbd_cache = "true"
            rbd default features = layering, exclusive-lock
            log file = /var/log/$name.$pid.log
        [cluster]
            rbd_store = curve
            curve_mds = 10.0.0.1:6666,10.0.0.2:6666
            curve_etcd = https://10.0.0.1:2379,https://10.0.0.2:2379
        [cluster.b]
            mon_host = 10.1.0.1
            rbd_store = local:/var/lib/curverbd \
                  # goes on
        """u8.ToArray();

    [Fact]
    public Task Parse_damaged_files_are_refused_or_whole() => Fuzz.RunAsync(rounds: 4000, random =>
    {
        byte[] damaged = Fuzz.Damage(random, s_file);

        ReadOrRefuse(() => Assert.All(ConfFile.Parse("ceph.conf", damaged).Sections, section => Assert.NotNull(section.Name)));
        ReadOrRefuse(() => Assert.All(HostFile.Parse("curverbd.conf", damaged).Sections, section => Assert.NotNull(section)));
        return Task.CompletedTask;
    });

    private static void ReadOrRefuse(Action read)
    {
        try
        {
            read();
        }
        catch (StorageException refusal)
        {
            Assert.True(refusal.Errno is Errno.EINVAL or Errno.EOPNOTSUPP, refusal.Message);
        }
    }
}
