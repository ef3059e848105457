#pragma once
// Polynomial coefficients of the functions in ir/math*.h, lowest power first; what each polynomial
// approximates stands in scripts/fit_coefficients.py, which computes this file: change them there.

namespace dp::math::coefficients {

inline constexpr double exp_single[] = {0x1.fffffep-2, 0x1.5554aap-3, 0x1.555798p-5, 0x1.122bf6p-7,
                                        0x1.6acabap-10};
inline constexpr double exp2_single[] = {0x1.62e430p-1,  0x1.ebfbe0p-3,  0x1.c6b074p-5, 0x1.3b2a5ap-7,
                                         0x1.5d9c76p-10, 0x1.441178p-13, 0x1.ed348ap-17};
inline constexpr double sinh_single[] = {0x1.555556p-3, 0x1.110fbep-7, 0x1.a2e2f6p-13};
inline constexpr double cosh_single[] = {0x1.000000p-1, 0x1.5554e6p-5, 0x1.6d4f24p-10};
inline constexpr double sin_single[] = {-0x1.555556p-3, 0x1.111174p-7, -0x1.a05954p-13, 0x1.7c2c4ep-19};
inline constexpr double cos_single[] = {0x1.555556p-5, -0x1.6c1762p-10, 0x1.a075e8p-16, -0x1.372432p-22};
inline constexpr double asin_single[] = {0x1.5555c8p-3, 0x1.330204p-4, 0x1.747bbap-5, 0x1.8c3e24p-6,
                                         0x1.595c9ap-5};
inline constexpr double erf_single[] = {0x1.06eba8p-3, -0x1.81273ep-2,  0x1.ce2ce6p-4, -0x1.b7f71ap-6,
                                        0x1.53f224p-8, -0x1.a35168p-11, 0x1.47722cp-14};
inline constexpr double erf_tail_single[] = {-0x1.20e3d0p+0, -0x1.458d6cp-1, -0x1.ae7c38p-4,
                                             0x1.755990p-6,  -0x1.a14576p-9, 0x1.b8e22cp-13};
inline constexpr double erfc_single[] = {-0x1.992fa6p-7, -0x1.1f3676p-3, 0x1.d5f522p-9,  0x1.510138p-4,
                                         -0x1.bdab9ep-4, 0x1.7a1572p-4,  -0x1.e09a28p-5, 0x1.d0f0eap-6,
                                         -0x1.432906p-7, 0x1.9f2a2ap-10, 0x1.9fae68p-12, 0x1.bad3b6p-14,
                                         0x1.82444ap-12, 0x1.f1f59ep-14};
inline constexpr double lgamma_single[] = {0x1.b0ee60p-2,  0x1.4a34b6p-2,  -0x1.13de9ep-4,  0x1.51a1dcp-6,
                                           -0x1.e6cb7ep-8, 0x1.2ca3b0p-9,  -0x1.78c7a0p-11, 0x1.86d8eap-8,
                                           -0x1.39592ep-9, -0x1.63757ap-6, 0x1.c0b78cp-9,   0x1.038ac6p-5};
inline constexpr double stirling_single[] = {0x1.555528p-4, -0x1.6b0fa4p-9, 0x1.641e9cp-11};
inline constexpr double digamma_single[] = {0x1.e6f0ccp-1, -0x1.b1cb60p-2, 0x1.eca044p-3,  -0x1.2ff0d6p-3,
                                            0x1.858a8ap-4, -0x1.fa934ep-5, 0x1.3de112p-5,  -0x1.c73a6ap-6,
                                            0x1.0ee10ep-5, -0x1.12432ap-7, -0x1.7abc0cp-5, -0x1.7e1a0ap-7,
                                            0x1.39b164p-4};
inline constexpr double digamma_tail_single[] = {0x1.55545ep-4, -0x1.0f87d2p-7, 0x1.a7b8b2p-9};
inline constexpr double trigamma_tail_single[] = {0x1.555526p-3, -0x1.10cabcp-5, 0x1.758d16p-6,
                                                  -0x1.4eb1d4p-6};
inline constexpr double cbrt_single[] = {0x1.bf2970p-1, -0x1.a475b2p-3, 0x1.7cfed2p-4, 0x1.90b44cp-7};
inline constexpr double exp_double[] = {0x1.000000p-1,         0x1.5555555555559p-3,  0x1.5555555555558p-5,
                                        0x1.111111110f72cp-7,  0x1.6c16c16c17945p-10, 0x1.a01a01af7aa60p-13,
                                        0x1.a01a0195566eap-16, 0x1.71ddf9ab97880p-19, 0x1.27e511c24e8c7p-22,
                                        0x1.af5c27bd68243p-26, 0x1.1f0c5d80fff08p-29};
inline constexpr double exp2_double[] = {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c58fp-3,  0x1.c6b08d704a237p-5,
                                         0x1.3b2ab6fba4d2dp-7,  0x1.5d87fe7848debp-10, 0x1.430912f8d279ep-13,
                                         0x1.ffcbfed712eabp-17, 0x1.62c02083d3c2ap-20, 0x1.b51cf8fae9a37p-24,
                                         0x1.e4d5ebd7d4c8cp-28, 0x1.018a9799d983cp-31, 0x1.baa971d1dd378p-36,
                                         -0x1.ea53af40247c1p-36};
inline constexpr double sinh_double[] = {0x1.5555555555559p-3, 0x1.111111110f62ap-7, 0x1.a01a01b0206c8p-13,
                                         0x1.71ddf7af02a05p-19, 0x1.af5ff66a558c6p-26};
inline constexpr double cosh_double[] = {0x1.000000p-1,         0x1.5555555555558p-5,  0x1.6c16c16c14ffap-10,
                                         0x1.a01a01ad81050p-16, 0x1.27e4cc0907e91p-22, 0x1.1f8bef20e3bbcp-29};
inline constexpr double sin_double[] = {-0x1.5555555555555p-3, 0x1.1111111111069p-7,   -0x1.a01a019ffe523p-13,
                                        0x1.71de3a33a581dp-19, -0x1.ae642c51baeafp-26, 0x1.6109bd861d82ap-33,
                                        -0x1.9ffd876a1f3c4p-41};
inline constexpr double cos_double[] = {
    0x1.5555555555555p-5,  -0x1.6c16c16c16b2ap-10, 0x1.a01a019ffb552p-16, -0x1.27e4fb5838436p-22,
    0x1.1eed6d05bbf8bp-29, -0x1.93713df8f2230p-37, 0x1.9c344294bdeb9p-45};
inline constexpr double asin_double[] = {0x1.5555555555577p-3, 0x1.333333332e131p-4, 0x1.6db6db721267bp-5,
                                         0x1.f1c71a94f321bp-6, 0x1.6e8bdee036827p-6, 0x1.1c49f05dbea97p-6,
                                         0x1.ca1f8d5675159p-7, 0x1.75858aa05da6fp-7, 0x1.613c860487d41p-7,
                                         0x1.e5f5fc0f39bb8p-9, 0x1.639c481c1bd5cp-6, -0x1.57fd3599d29cdp-6,
                                         0x1.0b46a3bf1ea30p-5};
inline constexpr double erf_double[] = {
    0x1.06eba8214db69p-3,  -0x1.812746b037a31p-2,  0x1.ce2f21a046ba4p-4,  -0x1.b82ce313e1a9ep-6,
    0x1.565bcd4b2241ep-8,  -0x1.c02dc0bdafbfdp-11, 0x1.f9a4debc4be06p-14, -0x1.f4fa20cae6266p-17,
    0x1.bc5d51d66c9e4p-20, -0x1.7a46a773b51a4p-23, 0x1.c3a449ad8c694p-26, -0x1.14384319a1eb8p-27,
    0x1.5025833affe79p-29, -0x1.916b5caa4a627p-32};
inline constexpr double erf_tail_double[] = {
    -0x1.20dd75de52d88p+0,  -0x1.45f2f36f2223ep-1,  -0x1.a4f8262eb91f6p-4,  0x1.39928c640ea27p-6,
    0x1.827a3ce020fcfp-13,  -0x1.b10fa39c8e7e4p-10, 0x1.157a1901824edp-11,  0x1.55128fcecea6fp-15,
    -0x1.01e0d60ed2072p-13, 0x1.2aca40b0dacd9p-14,  -0x1.c6708f8acd2e3p-16, 0x1.04d8d7f6c87c9p-17,
    -0x1.d657d447b12efp-20, 0x1.4fcd83469f1e7p-22,  -0x1.78b1aa9b5740cp-25, 0x1.44ff8b6ab6127p-28,
    -0x1.9f8ea38661cdcp-32, 0x1.7197c58d366c9p-36,  -0x1.961f25e1d345dp-41, 0x1.9c1b3748ce59fp-47};
inline constexpr double erfc_double[] = {
    -0x1.992fa51511ec3p-7, -0x1.1f367683f89a7p-3,  0x1.d5f2948159b94p-9,   0x1.510169d09681fp-4,
    -0x1.bda9309a284ebp-4, 0x1.7a14188a996dep-4,   -0x1.e0d0fa6e0e7e3p-5,  0x1.d0b0037ddbe74p-6,
    -0x1.3f603c306e209p-7, 0x1.cc3a0e1e114c2p-10,  0x1.33fb20ccf726ap-12,  -0x1.303f9e1665232p-12,
    0x1.b144e995a907fp-15, 0x1.778aa77acb4bcp-16,  -0x1.8011cccbe8b35p-17, -0x1.055290dc67479p-20,
    0x1.d768adedb6358p-20, -0x1.e2347240dfdbfp-25, -0x1.1ce282c8e3bd4p-22, 0x1.586d2962c404cp-26,
    0x1.80a9847139303p-25, 0x1.9f76d7cbc6ddbp-31,  -0x1.14c13bccd900ep-27, -0x1.955231d256aa6p-29,
    0x1.4ea4ec0db18b2p-31, 0x1.0e6d843919fbap-30,  0x1.2808b699126b3p-32};
inline constexpr double lgamma_double[] = {
    0x1.b0ee6072093cep-2,   0x1.4a34cc4a60f9ep-2,   -0x1.13e001a5574e9p-4,  0x1.51322ac7e1cacp-6,
    -0x1.e404fc2222f68p-8,  0x1.7add6e93f8d13p-9,   -0x1.38ac5bb593535p-10, 0x1.0b36bf7e4289dp-11,
    -0x1.d3fdacef85fc7p-13, 0x1.a11ccdf4af1ddp-14,  -0x1.78c7c86321c08p-15, 0x1.5a48b5423f51cp-16,
    -0x1.3ff3feba19533p-17, 0x1.b89e8dc1e82bap-19,  -0x1.922d906533319p-20, 0x1.bc2b54a4bbd81p-18,
    -0x1.33f4b65191f79p-19, -0x1.2a8798e9d4625p-16, 0x1.c64cdc811839ap-19,  0x1.0d1ee1b5a9d9dp-15,
    -0x1.7aea09b702df9p-19, -0x1.9987d15a68c9dp-16};
inline constexpr double stirling_double[] = {
    0x1.5555555555554p-4,  -0x1.6c16c16c0ea22p-9,  0x1.a01a017bd3435p-11, -0x1.38136c469e560p-11,
    0x1.b94aa4b1370cep-11, -0x1.f5db1678f0f34p-10, 0x1.9c291f036f829p-8,  -0x1.ad86ca9b048d7p-6,
    0x1.cf602306903e5p-4,  -0x1.8aa3124a916eep-2,  0x1.637c9637e0118p-1};
inline constexpr double digamma_double[] = {
    0x1.e6f0cbb873616p-1,   -0x1.b1cb63005eea0p-2,  0x1.eca189b8e77b5p-3,  -0x1.2feeeb98a5ed1p-3,
    0x1.8512e58f5028ap-4,   -0x1.fb44202d66e68p-5,  0x1.4de9aab832779p-5,  -0x1.b9f8af9a2b031p-6,
    0x1.256437dddeed2p-6,   -0x1.8635c73c3ab63p-7,  0x1.03ccf55a47144p-7,  -0x1.59f6e945d9d3ap-8,
    0x1.c9c44137d5390p-9,   -0x1.350db18ef21c3p-9,  0x1.e891c58570453p-10, -0x1.e5cf298c694ddp-11,
    -0x1.c2402ecc7bb3fp-10, -0x1.2bdf7c1da2110p-10, 0x1.bccbd86e819efp-7,  0x1.458d735d13f41p-9,
    -0x1.9221a6025eac9p-5,  -0x1.c35ea0a9ad0d3p-8,  0x1.e2aed1119d85cp-4,  0x1.443b6dd147d40p-7,
    -0x1.4fecff8bc2e55p-3,  -0x1.a45e54752c1d4p-8,  0x1.9dfa31a129201p-4};
inline constexpr double digamma_tail_double[] = {
    0x1.5555555555548p-4, -0x1.11111110fa563p-7, 0x1.041040cc7bf1cp-8, -0x1.1110ee5e2ac51p-8,
    0x1.f06f3f5fc42f0p-8, -0x1.58d04cca57dd3p-6, 0x1.4d50c67a32136p-4, -0x1.8b45654c9e106p-2,
    0x1.d68fef706b665p+0, -0x1.b07ee365b983ep+2, 0x1.9ed1b86cf751ap+3};
inline constexpr double trigamma_tail_double[] = {
    0x1.5555555555507p-3, -0x1.11111110c5f8dp-5, 0x1.861860bd9f9aep-6, -0x1.1110cdf9b5801p-5,
    0x1.3640641c25c15p-4, -0x1.025bd6c52dd31p-2, 0x1.21a43fbcc417cp+0, -0x1.810338a78f2dep+2,
    0x1.f100eb3890833p+4, -0x1.e31297f72dbbcp+6, 0x1.e2504e1ae0b63p+7};
inline constexpr double cbrt_double[] = {0x1.bf4695a06caebp-1,  -0x1.8cb65b65ea4b9p-3, 0x1.5ffb621fabf99p-4,
                                         -0x1.7f15b576bd4dep-5, 0x1.d53a50d7a24a7p-6,  -0x1.12bacaa2d18c4p-6};
inline constexpr double log_single[] = {0x1.555548p-2,  -0x1.000072p-2, 0x1.99a544p-3,
                                        -0x1.552e42p-3, 0x1.230250p-3,  -0x1.01117ap-3,
                                        0x1.f01d6ep-4,  -0x1.be9f1cp-4, 0x1.b394aep-5};
inline constexpr double log_double[] = {0x1.5555555555593p-1, 0x1.999999997f9f8p-2, 0x1.249249422a4bfp-2,
                                        0x1.c71c51d7c4dcap-3, 0x1.746649b29f4c4p-3, 0x1.39a0952553390p-3,
                                        0x1.2f11843f73866p-3};
inline constexpr double pow_single[] = {0x1.99999ep-2, 0x1.248a86p-2, 0x1.cf97fap-3};
inline constexpr double pow_double[] = {0x1.999999999999ap-2, 0x1.24924924921eap-2, 0x1.c71c71c7f3613p-3,
                                        0x1.745d1632141c5p-3, 0x1.3b1476d9661b8p-3, 0x1.10c0e8b8060bap-3,
                                        0x1.02202acf079a6p-3, -0x1.52871d6365d7fp-4};
inline constexpr double atan_single[] = {-0x1.5554dcp-2, 0x1.9978ecp-3, -0x1.230a9cp-3, 0x1.b4df46p-4,
                                         -0x1.3552e0p-4, 0x1.61f54cp-5, -0x1.0c221ep-6, 0x1.7ebf4ap-9};
inline constexpr double atan_double[] = {-0x1.5555555555554p-2, 0x1.9999999999584p-3,  -0x1.249249246f58dp-3,
                                         0x1.c71c71b458cf1p-4,  -0x1.745d14504748dp-4, 0x1.3b1364f014188p-4,
                                         -0x1.110beb7592165p-4, 0x1.e167bb52d3d9ap-5,  -0x1.ab3bf38cfdafcp-5,
                                         0x1.6fe4f08ae39bfp-5,  -0x1.0fd558816af28p-5, 0x1.e84cde5389aecp-7};
inline constexpr double two_over_pi_single[] = {0x0.0p+0,      0x1.45f306p-1, 0x1.b93910p-2, 0x1.529fc0p-4,
                                                0x1.3abe88p-3, 0x1.ea69bap-1, 0x1.81b6c4p-1, 0x1.2b3278p-1,
                                                0x1.0e4104p-2, 0x1.fca2c6p-1};
inline constexpr double two_over_pi_double[] = {0x0.0p+0,
                                                0x1.45f306dc9c882p-1,
                                                0x1.4a7f09d5f47d4p-1,
                                                0x1.a6ee06db14accp-1,
                                                0x1.3c439041fe516p-1,
                                                0x1.d5ef5de2b0db8p-3,
                                                0x1.2371d2126e970p-2,
                                                0x1.924bba8274600p-8,
                                                0x1.21cfe1deb1cb1p-1,
                                                0x1.4d39f74411af8p-3,
                                                0x1.4baed1213a671p-1,
                                                0x1.8135a2fbf209cp-1,
                                                0x1.91d639835339fp-1,
                                                0x1.272117e2ef7e4p-2,
                                                0x1.41d8ffc4bffeep-2,
                                                0x1.02cc07f79788cp-1,
                                                0x1.6b414da3eda6cp-2,
                                                0x1.fb3c9f2c26dd2p-2,
                                                0x1.d18fd9a797fa8p-1,
                                                0x1.6ba93dd63f5f2p-1,
                                                0x1.f17b3d0739f78p-1,
                                                0x1.4a525d4d7f6bfp-1,
                                                0x1.88fc6ae842b00p-2,
                                                0x1.98237e3db5d5fp-1};

}  // namespace dp::math::coefficients
